"""Follows a table to which transactions append what they changed, so that a poll with no news costs no query.

The table has `id`, `order_id` and `depot_id`; appending contends with nobody, and whoever reads needs no lock.
"""

import re
import time
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from threading import Lock
from typing import Any, NamedTuple

from sqlalchemy import BigInteger, Engine, Select, Table, Text, cast, func, select

# Another process's change is seen here within this time.
FOLLOW_S = 0.2
# How much of the table a process keeps; a reader that stands further back reads everything anew.
KEPT = 20_000
# How many numbers beyond its floor a position carries at the most; what it does not carry is told once more.
MOST_BEYOND = 60
_POSITION = re.compile(r"[0-9]{1,18}(\.[0-9]{1,18}){0,60}")


@dataclass(frozen=True)
class Position:
    """What of the log a reader has seen: every change up to the floor, and these few beyond it.

    Below the floor nothing can appear any more. Beyond it, a transaction with a lower number may still commit after
    one with a higher number, so a single number would lose it.
    """

    floor: int = 0
    beyond: frozenset[int] = frozenset()

    def __str__(self) -> str:
        return ".".join(str(number) for number in (self.floor, *sorted(self.beyond)))

    def has(self, number: int) -> bool:
        return number <= self.floor or number in self.beyond


def read_position(text: str) -> Position | None:
    """The position a text stands for, None for one that was given to nobody."""
    if not _POSITION.fullmatch(text):
        return None
    floor, *beyond = (int(number) for number in text.split("."))
    return Position(floor, frozenset(beyond))


def position(floor: int, seen: Iterable[int]) -> Position:
    """The position of a reader who has seen the floor and these changes; of too many beyond it, the newest."""
    return Position(floor, frozenset(sorted(number for number in seen if number > floor)[-MOST_BEYOND:]))


@dataclass(frozen=True)
class Look:
    """One look at the log of PostgreSQL: the greatest number visible, and the first transaction that had not begun."""

    greatest: int
    not_begun: int


def settled(looks: Sequence[Look], oldest_running: int) -> int:
    """Up to which number nothing can appear any more, 0 where no look tells.

    Who holds a lower number than one that was visible had taken it, and begun, before that look. All of those have
    ended once the oldest running transaction is none of them.
    """
    return max((look.greatest for look in looks if look.not_begun <= oldest_running), default=0)


class Change(NamedTuple):
    """A row of the log; without an order, many of the depot's orders changed."""

    id: int
    order_id: int | None
    depot_id: int | None


@dataclass(frozen=True)
class News:
    """What happened since a position, and the position after it. With `anew`, everything has to be read again."""

    position: Position
    orders: Sequence[int] = ()
    anew: bool = False


class ChangeLog:
    """The end of the table, read at most once every FOLLOW_S for all readers of this process."""

    def __init__(self, engine: Engine, table: Table) -> None:
        self.engine = engine
        self.table = table
        self.postgresql = engine.dialect.name == "postgresql"
        self.lock = Lock()
        self.until = 0.0
        # Nothing can appear any more at or below the floor; what lies below `kept_from` this process does not know.
        self.floor = self.kept_from = 0
        self.looks: list[Look] = []
        self.tail: list[Change] = []
        self.seen: set[int] = set()
        self.latest: dict[int | None, int] = {}

    @property
    def newest(self) -> int:
        """The greatest number of a change that this process knows of."""
        return max(self.floor, self.tail[-1].id if self.tail else 0)

    def refresh(self, *, at_once: bool = False) -> None:
        """Read what was added, unless that was done just now or another thread is at it; `at_once` reads and waits."""
        if not at_once and time.monotonic() < self.until:
            return
        if not self.lock.acquire(blocking=at_once or self.until == 0.0):
            return
        try:
            if at_once or time.monotonic() >= self.until:
                self._read()
                self.until = time.monotonic() + FOLLOW_S
        finally:
            self.lock.release()

    def _read(self) -> None:
        with self.engine.connect() as connection:
            if self.until == 0.0:
                newest = connection.scalar(select(func.max(self.table.c.id))) or 0
                self.floor = self.kept_from = max(0, newest - KEPT // 2)
            rows = connection.execute(self._beyond_the_floor()).all()
        if not rows:
            return
        new = [Change(*row[:3]) for row in rows if row[0] not in self.seen]
        if new:
            self._add(new)
        greatest = rows[-1][0]
        if self.postgresql:
            running, not_begun = rows[0][3], rows[0][4]
            if not self.looks or greatest > self.looks[-1].greatest:
                self.looks.append(Look(greatest, not_begun))
            greatest = settled(self.looks, running)
            self.looks = [look for look in self.looks if look.greatest > greatest]
        self.floor = max(self.floor, greatest)
        self.seen = {number for number in self.seen if number > self.floor}

    def _beyond_the_floor(self) -> Select[*tuple[Any, ...]]:
        columns = self.table.c
        statement: Select[*tuple[Any, ...]] = select(columns.id, columns.order_id, columns.depot_id)
        if self.postgresql:
            snapshot = func.pg_current_snapshot()
            ends = (func.pg_snapshot_xmin(snapshot), func.pg_snapshot_xmax(snapshot))
            statement = statement.add_columns(*(cast(cast(end, Text), BigInteger) for end in ends))
        return statement.where(columns.id > self.floor).order_by(columns.id)

    def _add(self, new: list[Change]) -> None:
        tail = [*self.tail, *new]
        if self.tail and new[0].id < self.tail[-1].id:
            tail.sort()
        if len(tail) > KEPT:
            self.kept_from, tail = tail[-KEPT // 2].id, tail[-KEPT // 2 :]
        # Readers take no lock: they see the list before or after, never in between.
        self.tail = tail
        for change in new:
            self.seen.add(change.id)
            self.latest[change.depot_id] = max(change.id, self.latest.get(change.depot_id, 0))

    def quiet(self, since: Position, depots: frozenset[int] | None) -> bool:
        """Whether nothing has happened in these depots (None: anywhere) beyond the position."""
        if not self.kept_from <= since.floor <= self.newest:
            return False
        if depots is not None and max((self.latest.get(depot, 0) for depot in depots), default=0) <= since.floor:
            return True
        return self.newest <= since.floor or not self.since(since, depots)

    def since(self, since: Position, depots: frozenset[int] | None) -> list[Change]:
        """What happened in these depots beyond the position."""
        tail = self.tail
        first = bisect_right(tail, since.floor, key=lambda change: change.id)
        return [
            change
            for change in tail[first:]
            if (depots is None or change.depot_id in depots) and change.id not in since.beyond
        ]

    def here(self, depots: frozenset[int] | None) -> Position:
        """Where a reader of these depots stands who has read everything up to now.

        The floor is theirs, not the log's: as long as nothing happens to them, all of them stand at the same place.
        """
        floor, tail = self.floor, self.tail
        settled_here = bisect_right(tail, floor, key=lambda change: change.id)
        own = (change.id for change in reversed(tail[:settled_here]) if depots is None or change.depot_id in depots)
        beyond = (change.id for change in self.since(Position(floor), depots))
        return position(max(self.kept_from, next(own, 0)), beyond)

    def news(self, since: Position | None, depots: frozenset[int] | None, most: int) -> News:
        """What a reader at the position has to be told, None for an unknown one."""
        if since is not None and since.floor > self.newest:
            # Another process has read further, or the database is a restored one.
            self.refresh(at_once=True)
        here = self.here(depots)
        if since is None or not self.kept_from <= since.floor <= self.newest:
            return News(here, anew=True)
        changes = self.since(since, depots)
        orders = dict.fromkeys(change.order_id for change in changes)
        found = [order_id for order_id in orders if order_id is not None]
        return News(here, found, anew=len(found) < len(orders) or len(found) > most)
