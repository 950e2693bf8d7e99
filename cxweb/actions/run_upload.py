"""Takes an upload's rows in, a portion a transaction, from where the last run stopped."""

import logging
import time

from sqlalchemy.exc import IntegrityError

from cxweb.actions.steps.upload_portions import Portion, portions
from cxweb.actions.steps.upload_run import Overtaken, Run, advance, begin, end, hold, lock_of
from cxweb.core import clock, kept_files
from cxweb.core.again import again, wait_for_turn_of_many
from cxweb.core.batch import stopping
from cxweb.core.db import transaction
from cxweb.core.queue import enqueue
from cxweb.imports.refusals import CannotImport
from cxweb.uploads.models import Upload
from cxweb.uploads.queries import by_id

JOB = "cxweb.jobs.uploads.run"
# After so long the run gives its worker free for others and asks for the next one; a dry run cannot be continued.
LONGEST_S, LONGEST_DRY_S = 120.0, 540.0
TOO_LONG = "The dry run takes longer than nine minutes. Try it with the first part of the file, or import it."
BROKEN_OFF = "broken_off"

log = logging.getLogger(__name__)


def run_upload(upload_id: int) -> None:
    """Take the rows in until the end, a wish to stop, or the process's own end. Nothing where another process is at it.

    How far it has come is written together with what it stores: a run that dies leaves whole portions, and the next
    one begins after them.
    """
    with kept_files.alone(lock_of(upload_id)) as mine:
        if not mine:
            return
        with transaction():
            run = begin(upload_id)
        if run is None:
            return
        try:
            ended, problem = _take_all(run), None
        except CannotImport as error:
            ended, problem = "failed", error
        except Overtaken:
            return
        with transaction():
            if ended == BROKEN_OFF:
                _ask_for_next(upload_id)
            else:
                end(run, ended, problem)


def _take_all(run: Run) -> str:
    """How the run ended: done, cancelled, or broken off to be continued."""
    until = time.monotonic() + (LONGEST_DRY_S if run.dry_run else LONGEST_S)
    for portion in portions(run):
        if _take(run, portion):
            return "cancelled"
        if time.monotonic() > until and run.dry_run:
            raise CannotImport(TOO_LONG, "too_long")
        # Ratings are read anew by each run: one that ended while it reads would never come further.
        if stopping() or (portion.counted and time.monotonic() > until):
            return BROKEN_OFF
    return "done"


# Another program may add the same order between the look and the insert; the second look finds it.
@again(IntegrityError)
def _take(run: Run, portion: Portion) -> bool:
    """Store a portion; whether somebody wants the run to stop."""
    tally, batches = run.tally.copy(), run.batches + portion.counted
    with transaction():
        wait_for_turn_of_many()
        hold(run)
        refusals = portion.take(tally)
        stop = advance(run, tally, refusals, batches, portion.done, portion.whole)
    run.tally, run.batches = tally, batches
    return stop


def _ask_for_next(upload_id: int) -> None:
    upload: Upload = by_id(upload_id, lock=True)
    upload.state, upload.asked_at = "queued", clock.now()
    enqueue("work", JOB, upload_id)
