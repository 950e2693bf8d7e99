"""Stops an upload's import after the portion it is at; what came in until then stays, and can be undone."""

from cxweb.accounts.rules import Staff
from cxweb.actions.steps.upload_table import ACT
from cxweb.core import clock
from cxweb.core.audit import record
from cxweb.core.db import transaction
from cxweb.uploads.queries import by_id


def stop_upload(upload_id: int, by: Staff) -> None:
    """Nothing where it is over by now. Raises UnknownUpload and ForbiddenAct."""
    by.require_whole(ACT, changes=True)
    with transaction():
        upload = by_id(upload_id, lock=True)
        if upload.state not in ("queued", "running"):
            return
        if upload.state == "queued" and upload.batches == 0:
            upload.state, upload.ended_at = "cancelled", clock.now()
        else:
            upload.stop_wanted = True
        record(by.actor, "upload.stopped", f"upload:{upload.id}")
