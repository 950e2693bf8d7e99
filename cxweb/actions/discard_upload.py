"""Deletes an uploaded file that never came in, with what was said of it."""

from cxweb.accounts.rules import Staff
from cxweb.actions.steps.upload_run import stored_file
from cxweb.actions.steps.upload_table import open_upload_of
from cxweb.core.audit import record
from cxweb.core.db import session, transaction
from cxweb.uploads.rules import WrongMoment


def discard_upload(upload_id: int, by: Staff) -> None:
    """Raises WrongMoment for one whose rows came in: that is undone, and stays in the list."""
    with transaction():
        upload = open_upload_of(upload_id, by, lock=True)
        if upload.batches and not upload.dry_run:
            raise WrongMoment
        file = stored_file(upload)
        session().delete(upload)
        record(by.actor, "upload.discarded", f"upload:{upload_id}")
    file.unlink(missing_ok=True)
