"""Brings the rollups up to date with the rows: what has changed is counted anew, what is missing is built."""

import time

from cxweb.actions.steps.rollup_work import begin_anew, count_anew, must_begin, next_work, write_counted
from cxweb.company.queries import settings_now
from cxweb.core.batch import stopping
from cxweb.core.db import transaction
from cxweb.rollups.queries import state


def refresh_rollups(longest_s: float = 1.0) -> bool:
    """Work for about so long, a transaction for each handful of days; whether nothing is left to do.

    Several may do it at once: of two that have counted at the same time, one writes.
    """
    until = time.monotonic() + longest_s
    while not stopping():
        if must_begin(state(), settings_now()):
            with transaction():
                begin_anew(settings_now())
        work = next_work()
        if work is None:
            return True
        found = count_anew(work)
        with transaction():
            write_counted(work, found)
        if time.monotonic() > until:
            break
    return False
