"""What there is to count anew, and counting it: days that changed, or the next days of cells being built."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import islice

from sqlalchemy import delete

from cxweb.actions.steps.write_cells import MODELS, Counted, claim_writing, write_cells
from cxweb.company.queries import settings_now
from cxweb.company.rules import CompanySettings
from cxweb.core import clock
from cxweb.core.db import insert_or_leave, session
from cxweb.rollups.models import DriverCell, FigureChange, RollupState
from cxweb.rollups.queries import (
    AXES,
    FORMULA,
    Change,
    State,
    changes,
    day_of_order,
    days_with_rows,
    fits,
    stale_days,
    state,
)
from cxweb.rollups.queries.rows import counted
from cxweb.rollups.rules import FOR_EVER, ONE, Span, spans

# As many changes as are looked at, and as many days as are counted anew in one transaction; or so many orders' days.
MOST_CHANGES, MOST_DAYS, MOST_ORDERS = 10_000, 31, 20_000


@dataclass(frozen=True)
class Work:
    """Spans of days to be counted anew on each axis; what it settles; and where building stands then."""

    known: State
    company: CompanySettings
    spans: Mapping[str, Sequence[Span]]
    settles: Sequence[int] = ()
    values: Mapping[str, date | None] = field(default_factory=dict)
    # Where longer periods go on after this day they are added up with their last days.
    through: date = FOR_EVER


def next_work() -> Work | None:
    """What is to be done next, None where every cell is as the rows are. The cells must fit the company."""
    company, known = settings_now(), state()
    assert known is not None  # noqa: S101 - whoever asks has looked
    if known.built_through is not None:
        return _building(known, known.built_through, company)
    # Neighbours together, however they came in.
    changed = sorted((sorted(_days(change, company)), change[0]) for change in changes(MOST_CHANGES))
    if not changed:
        return None
    days, settles = set[tuple[date, str]](), list[int]()
    for theirs, number in changed:
        if settles and len(days | set(theirs)) > MOST_DAYS:
            break
        days |= set(theirs)
        settles.append(number)
    return Work(
        known, company, {axis: spans((day for day, on in days if on == axis), MOST_DAYS) for axis in AXES}, settles
    )


def _days(change: Change, company: CompanySettings) -> set[tuple[date, str]]:
    return {(day, axis) for axis in AXES for day in stale_days([change], axis, company.zone)}


def _building(known: State, through: date, company: CompanySettings) -> Work:
    there = days_with_rows(company.zone)
    if there is None or there[1] <= through:
        return Work(known, company, {}, values={"built_through": None})
    last = min(day_of_order(through + ONE, MOST_ORDERS, company.zone), there[1])
    span = (through + ONE, last)
    values = {"built_through": last}
    return Work(known, company, dict.fromkeys(AXES, [span]), (), values, last if last < there[1] else FOR_EVER)


def count_anew(work: Work) -> list[Counted]:
    """Count it from the rows. No transaction need be open: who writes it looks whether somebody else has, meanwhile."""
    found = []
    for axis, theirs in work.spans.items():
        for first, last in theirs:
            for model in MODELS:
                start = max(first, work.known.drivers_from) if model is DriverCell else first
                if start <= last:
                    rows = counted(model.__table__, axis, (start, last), work.company.zone)
                    found.append(Counted(model, axis, (start, last), rows))
    return found


def write_counted(work: Work, found: Sequence[Counted]) -> bool:
    """Write it, unless somebody has written since the work was looked up; whether it was written."""
    if not claim_writing(work.known.generation, **work.values):
        return False
    for cells in found:
        write_cells(cells, work.known.drivers_from, work.through)
    ids = iter(work.settles)
    while some := list(islice(ids, 500)):
        session().execute(delete(FigureChange).where(FigureChange.id.in_(some)))
    return True


def begin_anew(company: CompanySettings) -> None:
    """Drop every cell, and let building begin before the first day there is."""
    # What has changed up to here will be counted with all the rest, which is looked for only now.
    session().execute(delete(FigureChange))
    there = days_with_rows(company.zone)
    since = company.drivers_since(clock.now())
    values = {
        "timezone": company.company_timezone,
        "formula": FORMULA,
        "built_through": there[0] - ONE if there else None,
        "drivers_from": since,
    }
    insert_or_leave(RollupState, id=1, generation=0, checked_through=None, check_began_at=None, **values)
    known = session().get_one(RollupState, 1, with_for_update=True)
    for name, value in {**values, "generation": known.generation + 1}.items():
        setattr(known, name, value)
    for model in MODELS:
        session().execute(delete(model.__table__))


def must_begin(known: State | None, company: CompanySettings) -> bool:
    """Whether the cells are of no use, or do not reach back as far as drivers' figures are kept."""
    if known is None or not fits(known, company):
        return True
    return company.drivers_since(clock.now()) < known.drivers_from
