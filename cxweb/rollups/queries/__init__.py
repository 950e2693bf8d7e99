"""How the cells stand: what they were made for, which days of them are stale, and which days there are."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, func, select

from cxweb.company.queries import settings_now
from cxweb.company.rules import CompanySettings
from cxweb.core.days import day_of, day_start
from cxweb.core.db import session
from cxweb.core.prepared import PreparedInTransaction
from cxweb.orders.models import Order
from cxweb.ratings.models import PhoneRating, Rating
from cxweb.rollups.models import FigureChange, OrderCell, RollupState
from cxweb.rollups.rules import ONE, Span

# Counted up whenever a tally changes its meaning: the cells are then built anew.
FORMULA = 2
QUARTER = timedelta(minutes=15)
LAST_OF_QUARTER = QUARTER - timedelta(microseconds=1)
AXES = ("completed", "answered")
# Its number, and the quarter hours of completion and answer.
Change = tuple[int, datetime | None, datetime | None]


def quarter(instant: datetime) -> datetime:
    """The quarter hour an instant lies in. No day of today's zones begins within one, and it need not matter."""
    return instant - (instant - datetime(1970, 1, 1, tzinfo=instant.tzinfo)) % QUARTER


@dataclass(frozen=True)
class State:
    """RollupState as it was read: what is counted by it is written only while its generation is the same."""

    timezone: str
    formula: int
    generation: int
    built_through: date | None
    drivers_from: date
    checked_through: date | None
    check_began_at: datetime | None


_STATE = select(*(RollupState.__table__.c[field.name] for field in fields(State)))


def state() -> State | None:
    """None before the first cells."""
    row = session().execute(_STATE).first()
    return State(*row) if row is not None else None


def fits(known: State | None, company: CompanySettings) -> bool:
    """Whether there are cells for the company as it is."""
    return known is not None and (known.timezone, known.formula) == (company.company_timezone, FORMULA)


_CHANGE = select(*(FigureChange.__table__.c[name] for name in ("id", "completed_at", "answered_at"))).order_by("id")


def changes(limit: int | None = None) -> Sequence[Change]:
    """What has changed and was not counted anew, the oldest first: number, and quarters of completion and answer."""
    return session().execute(_CHANGE.limit(limit)).all()


def stale_days(changed: Iterable[Change], axis: str, zone: ZoneInfo) -> set[date]:
    """The days that these changes lie in."""
    quarters = {completed if axis == "completed" else answered for _, completed, answered in changed}
    starts = [start for start in quarters if start is not None]
    return {day_of(instant, zone) for start in starts for instant in (start, start + LAST_OF_QUARTER)}


def _ends(axis: str) -> list[ColumnElement[Any]]:
    """The first and the last day there are cells of. Each is answered from an end of the table, both at once not."""
    c = OrderCell.__table__.c
    of_days = (c.axis == axis, c.whole, c.grain == "day")
    return [select(end(c.day)).where(*of_days).scalar_subquery() for end in (func.min, func.max)]


def extent(axis: str) -> Span | None:
    """The first and the last day there are cells of, None without any."""
    return _span(*session().execute(select(*_ends(axis))).one())


def _span(first: date | None, last: date | None) -> Span | None:
    return (first, last) if first is not None and last is not None else None


@dataclass(frozen=True)
class Standing:
    """What the cells answer just now: their state, the changes not counted yet, the first and last day of each axis."""

    state: State
    changes: Sequence[Change]
    extents: Mapping[str, Span | None]


_CHANGES = PreparedInTransaction(_CHANGE)
_STANDING = PreparedInTransaction(select(*_STATE.selected_columns, *(end for axis in AXES for end in _ends(axis))))


def standing() -> Standing | None:
    """None before the first cells. What has changed is read first: what is counted meanwhile is then in the cells."""
    changed, row = _CHANGES.rows(), _STANDING.first()
    if row is None:
        return None
    known, ends = row[: len(fields(State))], row[len(fields(State)) :]
    extents = {axis: _span(ends[2 * at], ends[2 * at + 1]) for at, axis in enumerate(AXES)}
    return Standing(State(*known), changed, extents)


def days_with_rows(zone: ZoneInfo) -> Span | None:
    """The first and the last day that anything was completed, answered or told on, None without any."""
    instants = (Order.completed_at, Rating.answered_at, PhoneRating.recorded_at)
    found = [session().scalar(select(end(instant))) for end in (func.min, func.max) for instant in instants]
    there = [day_of(instant, zone) for instant in found if instant is not None]
    return (min(there), max(there)) if there else None


def day_of_order(first: date, number: int, zone: ZoneInfo) -> date:
    """The day on which the so manieth order since the first day was completed; far beyond the last where none was."""
    since = select(Order.completed_at).where(Order.completed_at >= day_start(first, zone))
    at = session().scalar(since.order_by(Order.completed_at).offset(number).limit(1))
    return day_of(at, zone) if at is not None else date.max - ONE


def days_there_are(zone: ZoneInfo) -> Span | None:
    """The first and the last day of rows and cells, None without any."""
    found = [span for span in (days_with_rows(zone), *(extent(axis) for axis in AXES)) if span is not None]
    return (min(start for start, _ in found), max(end for _, end in found)) if found else None


def check_is_due(now: datetime) -> bool:
    """Whether the cells are to be checked: once a night, from three o'clock on; and on with a check that has begun."""
    known, company = state(), settings_now()
    if known is None or known.built_through is not None or not fits(known, company):
        return False
    if known.checked_through is not None:
        return True
    local = now.astimezone(company.zone)
    began = known.check_began_at
    return local.hour >= 3 and (began is None or began.astimezone(company.zone).date() < local.date())
