"""Drops the rollups and builds them anew from the rows; figures stay right meanwhile, they only take longer."""

from cxweb.actions.steps.import_run import Progress, no_progress
from cxweb.actions.steps.rollup_work import begin_anew, count_anew, next_work, write_counted
from cxweb.company.queries import settings_now
from cxweb.core.db import transaction
from cxweb.rollups.queries import days_with_rows, state


def rebuild_rollups(progress: Progress = no_progress) -> int:
    """How many days there are; `progress` is called with how many are done, and with all."""
    with transaction():
        company = settings_now()
        begin_anew(company)
    first, last = days_with_rows(company.zone) or (None, None)
    days = (last - first).days + 1 if first and last else 0
    while (work := next_work()) is not None:
        found = count_anew(work)
        with transaction():
            write_counted(work, found)
        known = state()
        if first and known is not None and known.built_through is not None:
            progress(min((known.built_through - first).days + 1, days), days)
    progress(days, days)
    return days
