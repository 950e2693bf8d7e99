"""The jobs of the rollups: counting anew what has changed, and the nightly check against the rows."""

from cxweb.actions.check_rollups import check_rollups
from cxweb.actions.refresh_rollups import refresh_rollups
from cxweb.core import clock
from cxweb.core.queue import enqueue_now
from cxweb.rollups.queries import check_is_due


def refresh() -> None:
    refresh_rollups(longest_s=0.5)


def ask_for_check() -> None:
    if check_is_due(clock.now()):
        enqueue_now("work", "cxweb.jobs.rollups.check")


def check() -> None:
    check_rollups(longest_s=50.0)
