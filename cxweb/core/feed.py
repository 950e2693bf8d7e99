"""Reads a growing table in pages: every row comes once and none is missed, with nothing kept between two readings.

On PostgreSQL a row with a lower id may be committed after one with a higher id, so the last id read is not enough. A
reader's place therefore says up to where nothing can appear any more, what it has read beyond that, and what it saw of
the transactions that were running then.
"""

import re
from bisect import bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

from sqlalchemy import BigInteger, Text, cast, func, select

from cxweb.core.db import dialect_name, session

# How many runs of ids beyond the floor a place carries at the most; whoever has so many waits until they are settled.
MOST_RUNS = 40
_PLACE = re.compile(r"\d{1,18}(?:-\d{1,18}){4}(?:_\d{1,18}-\d{1,18}){0,80}")


@dataclass(frozen=True)
class Place:
    """How far a reader has come.

    Everything up to the floor was read. Beyond it, these runs of ids were. `greatest` was the greatest id visible at a
    look at which no transaction from `not_begun` on had begun. `last` is the greatest id read, and `mark` tells whether
    it still is the same row: a database that was set back gives its ids out again.
    """

    floor: int = 0
    greatest: int = 0
    not_begun: int = 0
    last: int = 0
    mark: int = 0
    runs: tuple[tuple[int, int], ...] = ()

    def __str__(self) -> str:
        numbers = (self.floor, self.greatest, self.not_begun, self.last, self.mark)
        return "_".join(["-".join(str(number) for number in numbers), *(f"{start}-{end}" for start, end in self.runs)])


def read_place(text: str) -> Place | None:
    """The place a text stands for, None for one that was given to nobody."""
    if not _PLACE.fullmatch(text):
        return None
    numbers, *runs = ([int(number) for number in part.split("-")] for part in text.split("_"))
    floor, greatest, not_begun, last, mark = numbers
    return Place(floor, greatest, not_begun, last, mark, tuple((start, end) for start, end in runs))


class Look(NamedTuple):
    """What is seen of a table: its greatest id, the oldest transaction that runs, and the first that has not begun.

    Both are 0 where transactions write one after another, as on SQLite: what is visible is then all there is.
    """

    greatest: int
    oldest_running: int = 0
    not_begun: int = 0


def look_at(model: type[Any]) -> Look:
    """A look at the model's table, in one statement: what it sees belongs together."""
    greatest = func.max(model.id)
    if dialect_name() == "sqlite":
        return Look(session().scalar(select(greatest)) or 0)
    snapshot = func.pg_current_snapshot()
    ends = (func.pg_snapshot_xmin(snapshot), func.pg_snapshot_xmax(snapshot))
    running, not_begun = (cast(cast(end, Text), BigInteger) for end in ends)
    row = session().execute(select(greatest, running, not_begun)).one()
    return Look(row[0] or 0, row[1], row[2])


def settled(place: Place, look: Look) -> int:
    """Up to which id nothing can appear any more, for whoever reads the table after this look.

    Who holds an id below one that was visible had begun before that; all of those have ended by now, unless the oldest
    running transaction is one of them.
    """
    if look.not_begun == 0:
        return look.greatest
    return place.greatest if place.not_begun <= look.oldest_running else 0


def next_page(
    place: Place, look: Look, unread: Callable[[Place, int], Sequence[int]], size: int
) -> tuple[list[int], Place]:
    """The ids of the next page and the place after it.

    `unread(place, limit)` reads, after the look, the ids beyond the place's floor and runs, ascending.
    """
    final = settled(place, look)
    found = list(unread(place, size + 1))
    read = [run for run in place.runs if run[1] > final]
    # Of what is not settled, no more than a cursor can carry.
    page = found[: min(size, bisect_right(found, final) + MOST_RUNS - len(read))]
    more = len(found) > len(page)
    floor = max(place.floor, min(final, page[-1] if page else final) if more else final)
    read = [(max(start, floor + 1), end) for start, end in place.runs if end > floor]
    runs = _runs(read, [id_ for id_ in page if id_ > floor])
    waiting = place.greatest > floor
    greatest, not_begun = (place.greatest, place.not_begun) if waiting else (look.greatest, look.not_begun)
    return page, replace(place, floor=floor, greatest=greatest, not_begun=not_begun, runs=runs)


def _runs(read: Sequence[tuple[int, int]], ids: Sequence[int]) -> tuple[tuple[int, int], ...]:
    """The runs with these ids among them; ids that follow each other make one run."""
    runs: list[tuple[int, int]] = []
    for start, end in sorted([*read, *((id_, id_) for id_ in ids)]):
        if runs and start <= runs[-1][1] + 1:
            runs[-1] = (runs[-1][0], max(end, runs[-1][1]))
        else:
            runs.append((start, end))
    return tuple(runs)
