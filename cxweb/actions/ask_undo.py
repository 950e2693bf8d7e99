"""Asks for a job that takes back everything an upload brought in."""

from cxweb.accounts.rules import Staff
from cxweb.actions.steps.upload_table import ACT
from cxweb.core import clock
from cxweb.core.db import transaction
from cxweb.core.queue import enqueue
from cxweb.uploads.queries import by_id, changed_count
from cxweb.uploads.rules import WrongMoment, can_undo

JOB = "cxweb.jobs.uploads.undo"


def ask_undo(upload_id: int, by: Staff) -> None:
    """Raises WrongMoment where there is nothing to undo, or its job is at work."""
    by.require_whole(ACT, changes=True)
    with transaction():
        upload = by_id(upload_id, lock=True)
        if not can_undo(upload.state, upload.dry_run) or not upload.kept:
            raise WrongMoment
        upload.before = {**upload.before, "state": upload.state, "undone_by": by.actor}
        upload.state, upload.dependents, upload.asked_at = "undoing", {}, clock.now()
        upload.moved_at = upload.asked_at
        upload.done, upload.whole = 0, changed_count(upload.id)
        enqueue("work", JOB, upload.id)
