"""Lets a job take an uploaded file's rows in, or try it without storing anything."""

from sqlalchemy import delete

from cxweb.accounts.rules import Staff
from cxweb.actions.steps.upload_run import stored_file
from cxweb.actions.steps.upload_table import open_upload_of
from cxweb.core import clock
from cxweb.core.audit import record
from cxweb.core.db import transaction
from cxweb.core.queue import enqueue
from cxweb.imports.mapping import mapping_of
from cxweb.imports.refusals import CannotImport as CannotImport
from cxweb.uploads.models import UploadRefusal

JOB = "cxweb.jobs.uploads.run"


def start_upload(upload_id: int, by: Staff, *, dry_run: bool, send: bool) -> None:
    """With `send`, orders completed in the last day get their message.

    Raises CannotImport where its mapping is not complete or the file is gone, and WrongMoment where it is in a job's
    hands or has come in already.
    """
    with transaction() as opened:
        upload = open_upload_of(upload_id, by, lock=True)
        mapping_of(upload.mapping, upload.kind)
        if not stored_file(upload).is_file():
            raise CannotImport("The file is no longer here. Upload it once more.", "gone")
        opened.execute(delete(UploadRefusal).where(UploadRefusal.upload_id == upload.id))
        upload.state, upload.dry_run, upload.send = "queued", dry_run, send and upload.kind == "orders" and not dry_run
        upload.batches, upload.done, upload.whole, upload.tally, upload.before = 0, 0, upload.size, {}, {}
        upload.problem, upload.problem_text, upload.stop_wanted, upload.dependents = None, None, False, {}
        upload.started_at, upload.ended_at, upload.asked_at = None, None, clock.now()
        upload.moved_at = upload.asked_at
        record(by.actor, "upload.started", f"upload:{upload.id}", dry_run=dry_run, send=upload.send)
        enqueue("work", JOB, upload.id)
