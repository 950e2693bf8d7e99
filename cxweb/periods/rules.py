"""Spans of days: the ones offered by name, the ones they are compared with, and the cells they are cut into."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal

from cxweb.rollups.rules import PERIODS, period_start

DAY, WEEK, MONTH, QUARTER, YEAR = PERIODS
MONTHS: Mapping[str, int] = {MONTH: 1, QUARTER: 3, YEAR: 12}
# For so many days answers still come in: a response rate that covers them is not final.
FILLING_DAYS = 7
# More cells than this are no chart that somebody reads.
MOST_CELLS = 400


@dataclass(frozen=True)
class Span:
    """Days from the first to the last, both included."""

    start: date
    end: date

    @property
    def days(self) -> int:
        return (self.end - self.start).days + 1


def last_days(today: date, days: int = 30) -> Span:
    """So many days up to today."""
    return Span(today - timedelta(days=days - 1), today)


# A running month, quarter or year goes to its end: its address stays the same, and it is compared with a whole one.
PRESETS: Mapping[str, Callable[[date], Span | None]] = {
    "today": lambda today: Span(today, today),
    "yesterday": lambda today: Span(today - timedelta(days=1), today - timedelta(days=1)),
    "7_days": lambda today: last_days(today, 7),
    "30_days": last_days,
    "this_month": lambda today: cell_of(today, MONTH),
    "last_month": lambda today: cell_of(cell_of(today, MONTH).start - timedelta(days=1), MONTH),
    "this_quarter": lambda today: cell_of(today, QUARTER),
    "this_year": lambda today: cell_of(today, YEAR),
    "all": lambda _today: None,
}


def span(start: date | None, end: date | None, today: date) -> Span | None:
    """The days asked for; without a last one they go on to today. None without a first one, or with none in between."""
    if start is None:
        return None
    last = end or max(today, start)
    return Span(start, last)


def previous(asked: Span) -> Span | None:
    """As many whole months just before whole months, else as many days just before; None before the calendar begins."""
    months = _whole_months(asked)
    try:
        if months:
            return Span(_shifted(asked.start, -months), asked.start - timedelta(days=1))
        return Span(asked.start - timedelta(days=asked.days), asked.start - timedelta(days=1))
    except (OverflowError, ValueError):
        return None


def year_before(asked: Span) -> Span | None:
    """The same days of the year before: whole months stay whole, and 29 February becomes the 28th."""
    try:
        if _whole_months(asked):
            after = _shifted(asked.end + timedelta(days=1), -12)
            return Span(_shifted(asked.start, -12), after - timedelta(days=1))
        return Span(_year_earlier(asked.start), _year_earlier(asked.end))
    except (OverflowError, ValueError):
        return None


def still_filling(start: date | None, end: date | None, today: date) -> bool:
    """Whether the days asked for hold some of the last seven, for which answers still come in."""
    begun = start is None or start <= today
    return begun and (end is None or end > today - timedelta(days=FILLING_DAYS))


def cell_of(day: date, by: str) -> Span:
    """The day, ISO week, month, quarter or year that a day lies in."""
    start = period_start(day, by)
    if by in MONTHS:
        return Span(start, _shifted(start, MONTHS[by]) - timedelta(days=1))
    return Span(start, start + timedelta(days=6 if by == WEEK else 0))


def cells(asked: Span, by: str) -> list[Span]:
    """The cells that the days asked for touch, the oldest first; the outermost may reach beyond them."""
    found = [cell_of(asked.start, by)]
    while found[-1].end < asked.end:
        found.append(cell_of(found[-1].end + timedelta(days=1), by))
    return found


def offered(days: int) -> list[str]:
    """The cells that so many days can be cut into without becoming too many to read."""
    shortest = {DAY: 1, WEEK: 7, MONTH: 28, QUARTER: 90, YEAR: 365}
    return [by for by in PERIODS if days <= shortest[by] * MOST_CELLS]


def usual(days: int) -> str:
    """The cells that so many days are read in best: some ten to forty of them."""
    for by, longest in ((DAY, 45), (WEEK, 200), (MONTH, 1500), (QUARTER, 4000)):
        if days <= longest:
            return by
    return YEAR


def change(now: float | None, then: float | None, digits: int) -> Decimal | None:
    """What the figure gained since then as a reader sees both, at so many digits; 0 is equal, None has no past."""
    if now is None or then is None:
        return None
    return _shown(now, digits) - _shown(then, digits)


def _shown(value: float, digits: int) -> Decimal:
    return Decimal(str(value)).quantize(Decimal(1).scaleb(-digits), ROUND_HALF_UP)


def _whole_months(asked: Span) -> int:
    """How many months the days are if they are nothing but whole months, else 0."""
    after = asked.end + timedelta(days=1)
    if asked.start.day != 1 or after.day != 1:
        return 0
    return (after.year - asked.start.year) * 12 + after.month - asked.start.month


def _shifted(first: date, months: int) -> date:
    """The first of a month so many months later."""
    year, month = divmod(first.year * 12 + first.month - 1 + months, 12)
    return date(year, month + 1, 1)


def _year_earlier(day: date) -> date:
    return day.replace(year=day.year - 1, day=28 if (day.month, day.day) == (2, 29) else day.day)
