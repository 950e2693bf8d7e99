"""Counts what a report is about: from the cells of the rollups wherever they can answer, else from the rows.

The changes that are not counted anew yet are read first, then the cells of the other days, then the rows of theirs: a
day that is counted anew meanwhile is right either way.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from operator import add
from typing import Any

from sqlalchemy import Select, func, select

from cxweb.accounts.rules import Perimeter
from cxweb.analytics.filters import ReportFilter, answers_of, conditions, kept, of_answers
from cxweb.company.queries import branch, branches, settings_now
from cxweb.core import clock
from cxweb.core.days import day_of, local_day
from cxweb.core.db import session
from cxweb.orders.models import CrewMember, Driver, Order
from cxweb.orders.queries import within
from cxweb.ratings.models import PhoneRating, Rating, RatingReason
from cxweb.rollups.queries import fits, stale_days, standing
from cxweb.rollups.queries.cells import REASONS, Cells, read_cells
from cxweb.rollups.rules import (
    FOR_EVER,
    NEVER,
    ONE,
    PERIODS,
    Span,
    between,
    overlaps,
    period_end,
    period_key,
    period_start,
    spans,
)
from cxweb.tallies.queries import Key, by_phone, counted_by_phone, facts, sums
from cxweb.tallies.rules import WAY

# The values of the tallies that were asked for, in their order.
Tallies = tuple[int, ...]


@dataclass(frozen=True)
class _Sources:
    """Which spans of days the cells answer, and the filters to read the rows by for what they do not."""

    cells: Cells
    spans: Sequence[Span]
    rows: Sequence[ReportFilter]


def tallied(names: Sequence[str], chosen: ReportFilter, perimeter: Perimeter, by: str | None) -> dict[Any, Tallies]:
    """The tallies of these names for each key: a period's name, the id of a driver or depot, a channel.

    Where the filter or the key is about drivers, only the time counts for which their figures are kept.
    """
    found: dict[Any, Tallies] = {}
    for key, tallies in _rows_of(names, _kept(chosen, by), perimeter, by):
        if by in PERIODS:
            key = period_key(key if isinstance(key, date) else date.fromisoformat(key), by)
        key = key or None
        found[key] = tuple(map(add, found[key], tallies)) if key in found else tallies
    return found


def reasons_counted(chosen: ReportFilter, perimeter: Perimeter) -> Iterator[tuple[str, str, int]]:
    """Code, cause and how many answers chose it, in parts to be added up."""
    chosen = _kept(chosen, None)
    sources = _sources(chosen, perimeter, None)
    if sources.cells.drivers is not None:
        sources = replace(sources, spans=(), rows=(chosen,))
    for row in read_cells(sources.cells, ["answers"], sources.spans, REASONS):
        yield row[0], row[1], int(row[2])
    for part in sources.rows:
        statement = select(RatingReason.code, RatingReason.cause, func.count()).group_by(
            RatingReason.code, RatingReason.cause
        )
        statement = answers_of(statement, part, perimeter).join(RatingReason, RatingReason.rating_id == Rating.id)
        yield from session().execute(statement)


def _kept(chosen: ReportFilter, by: str | None) -> ReportFilter:
    return kept(chosen, settings_now()) if chosen.driver or by == "driver" else chosen


def _rows_of(
    names: Sequence[str], chosen: ReportFilter, perimeter: Perimeter, by: str | None
) -> Iterator[tuple[Any, Tallies]]:
    """A key and its tallies, several times where they come in parts to be added up."""
    sources = _sources(chosen, perimeter, by)
    keyed = 1 if by else 0
    for row in read_cells(sources.cells, names, sources.spans):
        # Of no cells there is one line of sums, which are nothing.
        if row[keyed] is not None:
            yield row[0] if by else None, tuple(row[keyed:])
    for part in sources.rows:
        for row in _from_rows(names, part, perimeter, by):
            counts = row._mapping
            yield row[0] if by else None, tuple(counts.get(name) or 0 for name in names)


def _sources(chosen: ReportFilter, perimeter: Perimeter, by: str | None) -> _Sources:
    cells = _cells(chosen, perimeter, by)
    # A crew's order stands in the cells of each of its drivers, so that those of several count it twice.
    twice = len(chosen.driver) > 1 and by != "driver"
    in_no_cell = chosen.tag or chosen.stars or chosen.reason or chosen.survey or twice
    company, cells_now = settings_now(), None if in_no_cell else standing()
    if cells_now is None or not fits(cells_now.state, company):
        return _Sources(cells, (), (chosen,))
    known = cells_now.state
    drivers = cells.by == "driver" or cells.drivers is not None
    if drivers and (chosen.start or NEVER) < known.drivers_from:
        return _Sources(cells, (), (chosen,))
    floor = max(known.drivers_from, company.drivers_since(clock.now())) if drivers else NEVER
    cells = replace(cells, within=(floor, known.built_through or FOR_EVER))
    stale = spans(stale_days(cells_now.changes, chosen.axis, company.zone))
    there = [*(span for span in [cells_now.extents[chosen.axis]] if span), *stale]
    if known.built_through is not None:
        stale = [*overlaps(NEVER, known.built_through, stale), (known.built_through + ONE, FOR_EVER)]
        there += stale
    if not there:
        return _Sources(cells, (), ())
    cells = replace(cells, there=(min(start for start, _ in there), max(end for _, end in there)))
    # Before the first cells and behind the last there is nothing: whole years are fewer to read.
    first = max(chosen.start or NEVER, period_start(cells.there[0], "year"))
    last = min(chosen.end or FOR_EVER, period_end(cells.there[1], "year"))
    rows = [replace(chosen, start=start, end=end) for start, end in overlaps(first, last, stale)]
    return _Sources(cells, between(first, last, stale), rows)


def _cells(chosen: ReportFilter, perimeter: Perimeter, by: str | None) -> Cells:
    depots = [branches(chosen.depot)] if chosen.depot else []
    if perimeter.sees is not None:
        depots.append(branch(*perimeter.sees))
    drivers = select(Driver.id).where(Driver.ref.in_(chosen.driver)) if chosen.driver else None
    return Cells(chosen.axis, depots, chosen.channel, drivers, by)


def _from_rows(names: Sequence[str], chosen: ReportFilter, perimeter: Perimeter, by: str | None) -> Iterator[Any]:
    by_driver = by == "driver"
    wanted = [name for name in names if name != "by_phone"]
    way = bool(set(wanted) & set(WAY)) and not chosen.about_answers
    instant = Rating.answered_at if chosen.axis == "answered" else Order.completed_at
    statement = facts(chosen.axis, _keys(by, instant, chosen), way=way, by_driver=by_driver)
    statement = statement.where(*conditions(chosen), *of_answers(chosen))
    yield from session().execute(sums(_narrowed(statement, chosen, perimeter, by_driver), wanted))
    if "by_phone" in names and not (chosen.survey or chosen.reason):
        told = PhoneRating.recorded_at if chosen.axis == "answered" else Order.completed_at
        statement = by_phone(chosen.axis, _keys(by, told, chosen), by_driver=by_driver)
        statement = statement.where(*conditions(chosen, PhoneRating.recorded_at))
        if chosen.stars:
            statement = statement.where(PhoneRating.stars.in_(chosen.stars))
        yield from session().execute(counted_by_phone(_narrowed(statement, chosen, perimeter, by_driver)))


def _narrowed(statement: Select[Any], chosen: ReportFilter, perimeter: Perimeter, by_driver: bool) -> Select[Any]:
    if by_driver and chosen.driver:
        drivers = select(Driver.id).where(Driver.ref.in_(chosen.driver))
        statement = statement.where(CrewMember.driver_id.in_(drivers))
    return within(statement, perimeter)


def _keys(by: str | None, instant: Any, chosen: ReportFilter) -> list[Key]:
    if by is None:
        return []
    if by in PERIODS:
        return [local_day(instant, settings_now().zone, *_extent(instant, chosen))]
    columns: dict[str, Any] = {"driver": CrewMember.driver_id, "depot": Order.depot_id, "channel": Order.channel}
    return [columns[by]]


def _extent(instant: Any, chosen: ReportFilter) -> Span:
    """The days of the first and the last of these instants there are, each from its index, within the filter's."""
    zone = settings_now().zone
    ends = [session().scalar(select(end(instant))) for end in (func.min, func.max)]
    first, last = (day_of(end, zone) if end is not None else date(2000, 1, 1) for end in ends)
    first, last = max(first, chosen.start or first), min(last, chosen.end or last)
    return first, max(first, last)
