"""The nightly check: every cell against the rows, both ways. What differs is repaired, and told."""

import logging
import time
from datetime import date

from sqlalchemy import delete

from cxweb.actions.steps.compare_cells import differing, differing_years
from cxweb.actions.steps.rollup_work import Work, count_anew, write_counted
from cxweb.actions.steps.write_cells import MODELS, claim_writing
from cxweb.company.queries import settings_now
from cxweb.company.rules import CompanySettings
from cxweb.core import clock
from cxweb.core.audit import record
from cxweb.core.batch import stopping
from cxweb.core.db import session, transaction
from cxweb.rollups.models import DriverCell
from cxweb.rollups.queries import AXES, State, changes, check_is_due, days_there_are, fits, stale_days, state
from cxweb.rollups.rules import ONE, Span, overlaps, period_end, period_start

log = logging.getLogger(__name__)


def check_rollups(longest_s: float = 600.0, *, now: bool = False) -> int:
    """Check month by month, for about so long, from where the last call stopped; how many cells differed.

    Nothing is done where tonight's check is through already, unless it is wanted `now`.
    """
    until, found, company = time.monotonic() + longest_s, 0, settings_now()
    if now or check_is_due(clock.now()):
        _begin(company)
    while (known := state()) is not None and known.checked_through is not None and fits(known, company):
        if stopping() or time.monotonic() > until:
            break
        found += _check(known, known.checked_through, company)
    return found


def _begin(company: CompanySettings) -> None:
    """Let a check begin, unless another process has begun it; drivers' cells that are no longer kept go."""
    known, there = state(), days_there_are(company.zone)
    if known is None or known.built_through is not None or not fits(known, company) or there is None:
        return
    if known.checked_through is not None:
        return
    since = company.drivers_since(clock.now())
    values = {
        "checked_through": period_start(there[0], "month") - ONE,
        "check_began_at": clock.now(),
        "drivers_from": since,
    }
    with transaction():
        if claim_writing(known.generation, **values):
            session().execute(delete(DriverCell.__table__).where(DriverCell.__table__.c.day < since))


def _check(known: State, through: date, company: CompanySettings) -> int:
    """Check the month that begins after the day; how many cells differed."""
    there = days_there_are(company.zone)
    month = (through + ONE, period_end(through + ONE, "month"))
    over = there is None or through >= there[1]
    spans = {} if over else dict.fromkeys(AXES, [month])
    work = Work(known, company, spans, values={"checked_through": None if over else month[1]})
    stale, counted, wrong = _is_stale(month, company), count_anew(work), 0
    if there is not None and not over:
        wrong = sum(differing(cells, known.drivers_from) for cells in counted)
        year = period_start(month[0], "year")
        if month[1] >= min(there[1], period_end(year, "year")):
            tables = [(model.__table__, axis) for model in MODELS for axis in AXES]
            wrong += sum(differing_years(table, axis, year, known.drivers_from) for table, axis in tables)
    # What changed meanwhile, or was not counted anew yet, differs with good reason.
    repairs = wrong > 0 and not stale and not _is_stale(month, company)
    with transaction():
        if not write_counted(work, counted if repairs else []) or not repairs:
            return 0
        record("system", "rollups.repaired", f"month:{month[0]:%Y-%m}", cells=wrong)
    log.error("%s cells of the rollups differed from the rows of %s and were repaired", wrong, f"{month[0]:%Y-%m}")
    return wrong


def _is_stale(span: Span, company: CompanySettings) -> bool:
    changed = changes()
    return any(overlaps(*span, [(day, day) for day in stale_days(changed, axis, company.zone)]) for axis in AXES)
