"""The periods that figures are added up to, and the fewest cells that make up a span of days."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import lru_cache

ONE = timedelta(days=1)
PERIODS = ("day", "week", "month", "quarter", "year")
# What there are cells of, the longest first; a part is a third of a month.
GRAINS = ("year", "quarter", "month", "part", "day")
# The spans that may be read from rows beside the cells; more are read as fewer and longer ones.
MOST_SPANS = 6
Span = tuple[date, date]
# Beyond every day there may be cells of.
NEVER, FOR_EVER = date(1, 1, 2), date(9990, 1, 1)
ALWAYS = (NEVER, FOR_EVER)


def period_start(day: date, period: str) -> date:
    """The first day of the period that the day lies in; weeks begin on Monday."""
    match period:
        case "week":
            return day - timedelta(days=day.weekday())
        case "part":
            return day.replace(day=1 if day.day <= 10 else 11 if day.day <= 20 else 21)
        case "month":
            return day.replace(day=1)
        case "quarter":
            return date(day.year, (day.month - 1) // 3 * 3 + 1, 1)
        case "year":
            return date(day.year, 1, 1)
    return day


def period_end(day: date, period: str) -> date:
    """The last day of the period that the day lies in, of those there are cells of."""
    start = period_start(day, period)
    if period == "part" and start.day < 21:
        return start + timedelta(days=9)
    if period in ("part", "month"):
        return period_start(start.replace(day=28) + timedelta(days=4), "month") - ONE
    if period == "quarter":
        return period_end(start.replace(month=start.month + 2), "month")
    return date(start.year, 12, 31) if period == "year" else start


def period_key(day: date, period: str) -> str:
    """How the period of the day is named: 2018-05-01, 2018-W18 (ISO 8601), 2018-05, 2018-Q2, 2018."""
    match period:
        case "week":
            year, week, _ = day.isocalendar()
            return f"{year:04d}-W{week:02d}"
        case "month":
            return f"{day.year:04d}-{day.month:02d}"
        case "quarter":
            return f"{day.year:04d}-Q{(day.month - 1) // 3 + 1}"
        case "year":
            return f"{day.year:04d}"
    return day.isoformat()


def grains_for(by: str | None) -> Sequence[str]:
    """The grains whose cells never cross the border between two of these periods."""
    if by in ("day", "week"):
        return GRAINS[-1:]
    return GRAINS[{"month": 2, "quarter": 1}.get(by or "", 0) :]


@dataclass(frozen=True)
class Piece:
    """The cells of a grain that begin between two days, to be added or (`sign` −1) to be taken away again."""

    grain: str
    first: date
    last: date
    sign: int = 1

    def cells(self, there: Span) -> int:
        """How many there are to be read, where there are none but of these days."""
        found, day, last = 0, period_start(max(self.first, there[0]), self.grain), min(self.last, there[1])
        while day <= last:
            found, day = found + 1, period_end(day, self.grain) + ONE
        return found


@lru_cache(maxsize=256)
def cover(
    first: date, last: date, grains: Sequence[str] = GRAINS, within: Span = ALWAYS, there: Span = ALWAYS
) -> tuple[Piece, ...]:
    """The fewest cells of these grains that make up the span.

    Of a period that lies in the span but for a few days those are taken away again. Only periods that lie `within`
    those days are used beyond the span: there are no whole cells of others. Cells of days beyond those `there` are
    cost nothing: there are none.
    """
    if first > last:
        return ()
    grain, *others = grains
    finer = tuple(others)
    if not finer:
        return (Piece(grain, first, last),)
    begin, end = period_start(first, grain), period_start(last + ONE, grain)
    if begin < first:
        begin = period_end(first, grain) + ONE
    if begin >= end and period_start(first, grain) == period_start(last, grain):
        return _cheaper(first, last, grain, finer, within, there)
    return (
        *_cheaper(first, begin - ONE, grain, finer, within, there),
        *((Piece(grain, begin, period_start(end - ONE, grain)),) if begin < end else ()),
        *_cheaper(end, last, grain, finer, within, there),
    )


def _cheaper(first: date, last: date, grain: str, finer: Sequence[str], within: Span, there: Span) -> tuple[Piece, ...]:
    """What makes up a span in one period of the grain: finer cells, or the period's without those around the span."""
    if first > last:
        return ()
    start, end = period_start(first, grain), period_end(first, grain)
    if (first, last) == (start, end):
        return (Piece(grain, start, start),)
    plain = cover(first, last, finer, within, there)
    if start < within[0] or end > within[1]:
        return plain
    around = (*cover(start, first - ONE, finer, within, there), *cover(last + ONE, end, finer, within, there))
    less = (Piece(grain, start, start), *(replace(piece, sign=-piece.sign) for piece in around))
    return min(plain, less, key=lambda pieces: sum(piece.cells(there) for piece in pieces))


def spans(days: Iterable[date], most: int = MOST_SPANS) -> list[Span]:
    """The days as spans, in order: neighbours together, and beyond `most` those with the shortest gaps between them."""
    found: list[Span] = []
    for day in sorted(set(days)):
        if found and day - found[-1][1] <= ONE:
            found[-1] = (found[-1][0], day)
        else:
            found.append((day, day))
    while len(found) > most:
        gaps = [later[0] - earlier[1] for earlier, later in zip(found, found[1:], strict=False)]
        at = gaps.index(min(gaps))
        found[at : at + 2] = [(found[at][0], found[at + 1][1])]
    return found


def between(first: date, last: date, taken: Sequence[Span]) -> list[Span]:
    """What of the span the taken ones, in order, leave."""
    left = []
    for start, end in taken:
        left.append((first, min(start - ONE, last)))
        first = max(first, end + ONE)
    return [(start, end) for start, end in (*left, (first, last)) if start <= end]


def overlaps(first: date, last: date, taken: Sequence[Span]) -> list[Span]:
    """What of the taken spans lies within the span."""
    cut = [(max(start, first), min(end, last)) for start, end in taken]
    return [(start, end) for start, end in cut if start <= end]
