"""Reading the cells, which days of them are stale, and counting a span of days anew from its rows."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Result, Select, Table, func, literal_column, select, true, union_all

from cxweb.company.queries import settings_now
from cxweb.company.rules import CompanySettings
from cxweb.core.days import day_of, day_start, local_day
from cxweb.core.db import session
from cxweb.core.prepared import PreparedInTransaction
from cxweb.orders.models import CrewMember, Order
from cxweb.ratings.models import PhoneRating, Rating
from cxweb.rollups.models import DriverCell, FigureChange, OrderCell, ReasonCell, RollupState
from cxweb.rollups.rules import ALWAYS, ONE, Piece, Span, cover, grains_for
from cxweb.tallies.queries import by_phone, counted_by_phone, counted_reasons, facts, sums
from cxweb.tallies.rules import OF_ANSWERS, TALLIES

# Counted up whenever a tally changes its meaning: the cells are then built anew.
FORMULA = 2
QUARTER = timedelta(minutes=15)
LAST_OF_QUARTER = QUARTER - timedelta(microseconds=1)
# Its number, and the quarter hours of completion and answer.
Change = tuple[int, datetime | None, datetime | None]
ORDERS, DRIVERS, REASONS = OrderCell.__table__, DriverCell.__table__, ReasonCell.__table__
AXES = ("completed", "answered")


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


def changes(limit: int | None = None) -> Sequence[Change]:
    """What has changed and was not counted anew, the oldest first: number, and quarters of completion and answer."""
    c = FigureChange.__table__.c
    return session().execute(select(c.id, c.completed_at, c.answered_at).order_by(c.id).limit(limit)).all()


def stale_days(changed: Iterable[Change], axis: str, zone: ZoneInfo) -> set[date]:
    """The days that these changes lie in."""
    quarters = {completed if axis == "completed" else answered for _, completed, answered in changed}
    starts = [start for start in quarters if start is not None]
    return {day_of(instant, zone) for start in starts for instant in (start, start + LAST_OF_QUARTER)}


def _ends(axis: str) -> list[ColumnElement[Any]]:
    """The first and the last day there are cells of. Each is answered from an end of the table, both at once not."""
    c = ORDERS.c
    of_days = (c.axis == axis, c.whole, c.grain == "day")
    return [select(end(c.day)).where(*of_days).scalar_subquery() for end in (func.min, func.max)]


def extent(axis: str) -> Span | None:
    """The first and the last day there are cells of, None without any."""
    first, last = session().execute(select(*_ends(axis))).one()
    return (first, last) if first is not None and last is not None else None


@dataclass(frozen=True)
class Standing:
    """What the cells answer just now: their state, the changes not counted yet, the first and last day of each axis."""

    state: State
    changes: Sequence[Change]
    extents: Mapping[str, Span | None]


_CHANGE = [FigureChange.__table__.c[name] for name in ("id", "completed_at", "answered_at")]
_STANDING = PreparedInTransaction(
    select(*_STATE.selected_columns, *(end for axis in AXES for end in _ends(axis)), *_CHANGE)
    .select_from(RollupState.__table__)
    .outerjoin(FigureChange.__table__, true())
    .order_by(_CHANGE[0])
)


def standing() -> Standing | None:
    """All of it as of one moment; None before the first cells."""
    rows = _STANDING.rows()
    if not rows:
        return None
    first, known = rows[0], len(fields(State))
    ends = [(first[at], first[at + 1]) for at in (known, known + 2)]
    extents = {axis: (start, end) if start and end else None for axis, (start, end) in zip(AXES, ends, strict=True)}
    changed = [(row[-3], row[-2], row[-1]) for row in rows if row[-3] is not None]
    return Standing(State(*first[:known]), changed, extents)


@dataclass(frozen=True)
class Cells:
    """Which cells of an axis answer a question; depots and drivers are subqueries of ids, None restricts nothing.

    Of periods that do not lie `within` these days there are no whole cells; of days beyond `there` there are none.
    """

    axis: str
    depots: Sequence[Select[int]] = ()
    channels: Sequence[str] = ()
    drivers: Select[int] | None = None
    by: str | None = None
    within: Span = ALWAYS
    there: Span = ALWAYS

    @property
    def table(self) -> Table:
        return DRIVERS if self.by == "driver" or self.drivers is not None else ORDERS

    @property
    def whole(self) -> bool:
        return not (self.depots or self.channels or self.by in ("depot", "channel"))


def read_cells(
    wanted: Cells, values: Sequence[str], spans: Sequence[Span], table: Table | None = None
) -> Sequence[Any]:
    """The sums of these values over the spans of days, in parts to be added up; first comes the key, if any."""
    if not spans:
        return ()
    table = wanted.table if table is None else table
    c = table.c
    keys = {"driver": "driver_id", "depot": "depot_id", "channel": "channel", None: None}
    name = keys.get(wanted.by, "day")
    # A reason's cells have their reason as key.
    key = [c.code, c.cause] if table is REASONS else [c[name]] if name else []
    inside = [c.axis == wanted.axis, c.whole == wanted.whole]
    inside += [c.depot_id.in_(ids) for ids in wanted.depots]
    if wanted.channels:
        inside.append(c.channel.in_(wanted.channels))
    if wanted.drivers is not None:
        inside.append(c.driver_id.in_(wanted.drivers))
    # Each piece is one stretch of the table; all of them in one condition, SQLite reads the table from end to end.
    parts = [
        _part(wanted, table, key, tuple(values), piece).where(*inside, c.grain == piece.grain, _days(c.day, piece))
        for span in spans
        for piece in cover(*span, grains_for(wanted.by), wanted.within, wanted.there)
    ]
    return session().connection().execute(union_all(*parts)).all()


def _part(
    wanted: Cells, table: Table, key: Sequence[ColumnElement[Any]], values: tuple[str, ...], piece: Piece
) -> Select[Any]:
    single = wanted.by != "driver" or piece.first == piece.last
    # Of the whole company a day has one cell, and in a period a driver: a sum of one would only take longer.
    if key and single and wanted.whole and table is not REASONS:
        return select(*key, *_signed(table, values, piece.sign))
    grouping = _grouping(key, piece)
    return select(*grouping, *summed(table, values, piece.sign)).group_by(*grouping)


def _days(day: ColumnElement[date], piece: Piece) -> ColumnElement[bool]:
    # The cells of one day, or of one longer period, lie in the order of their keys and need no sorting.
    return day == piece.first if piece.first == piece.last else day.between(piece.first, piece.last)


def _grouping(key: Sequence[ColumnElement[Any]], piece: Piece) -> Sequence[ColumnElement[Any]]:
    # An index in the order of the drivers would be taken for a short cut: SQLite would look into it for each driver.
    if piece.first == piece.last:
        return key
    return [each + literal_column("0") if each is DRIVERS.c.driver_id else each for each in key]


@lru_cache(maxsize=64)
def summed(table: Table, values: tuple[str, ...], sign: int = 1) -> tuple[ColumnElement[int], ...]:
    """The sum of each of these columns, under its name; put together once, which takes as long as adding up."""
    return tuple(func.sum(each.element).label(each.name) for each in _signed(table, values, sign))


@lru_cache(maxsize=64)
def _signed(table: Table, values: tuple[str, ...], sign: int) -> tuple[ColumnElement[int], ...]:
    return tuple((table.c[value] if sign > 0 else -table.c[value]).label(value) for value in values)


def both(table: Table) -> ColumnElement[bool]:
    """Cells of the whole company and of its parts. Said so, because the table is sorted by it before anything finer."""
    return table.c.whole.in_((False, True))


def counted(table: Table, axis: str, span: Span, zone: ZoneInfo) -> list[dict[str, Any]]:
    """The day cells of a span of days by depot and channel, counted from the rows."""
    answered_at = {"completed": Order.completed_at, "answered": Rating.answered_at}[axis]
    keys = {"day": local_day(answered_at, zone, *span), **_groups(table)}
    inside = (answered_at >= day_start(span[0], zone), answered_at < day_start(span[1] + ONE, zone))
    rows: dict[tuple[Any, ...], dict[str, Any]] = {}
    if table is REASONS:
        statement = facts(axis, list(keys.values()), way=False).where(*inside)
        return _cells(table, axis, keys, {}, _found(counted_reasons(statement)))
    driver = table is DRIVERS
    names = [name for name in (TALLIES if axis == "completed" else OF_ANSWERS) if name != "by_phone"]
    statement = facts(axis, list(keys.values()), way=axis == "completed", by_driver=driver).where(*inside)
    _cells(table, axis, keys, rows, _found(sums(statement, names)))
    told_at = Order.completed_at if axis == "completed" else PhoneRating.recorded_at
    inside = (told_at >= day_start(span[0], zone), told_at < day_start(span[1] + ONE, zone))
    keys["day"] = local_day(told_at, zone, *span)
    statement = by_phone(axis, list(keys.values()), by_driver=driver).where(*inside)
    return _cells(table, axis, keys, rows, _found(counted_by_phone(statement)))


def _found(statement: Select[Any]) -> Result[Any]:
    """What it selects; by the connection, as the session would look at each of many rows."""
    return session().connection().execute(statement)


def _groups(table: Table) -> dict[str, Any]:
    found: dict[str, Any] = {}
    if table is DRIVERS:
        found["driver_id"] = func.coalesce(CrewMember.driver_id, 0)
    return found | {"depot_id": func.coalesce(Order.depot_id, 0), "channel": Order.channel}


def _cells(
    table: Table, axis: str, keys: dict[str, Any], into: dict[tuple[Any, ...], dict[str, Any]], found: Result[Any]
) -> list[dict[str, Any]]:
    """The rows found, added to the cells there are; every column of a cell has a value."""
    names = [*keys, *(["code", "cause"] if table is REASONS else [])]
    columns, keyed = [*names, *list(found.keys())[len(names) :]], len(names)
    empty = {column.name: 0 for column in table.c} | {"axis": axis, "whole": False, "grain": "day"}
    for row in found:
        at = tuple(row[:keyed])
        if at not in into:
            into[at] = empty.copy()
        into[at].update(zip(columns, row, strict=True), day=_day(at[0]))
    return list(into.values())


@lru_cache(maxsize=4096)
def _day(text: str) -> date:
    return date.fromisoformat(text)


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
