"""Deletes what is left of uploads that are over: their files, their reports, and what undoing them would take."""

import time
from datetime import timedelta

from sqlalchemy import delete

from cxweb.actions.steps.upload_run import FOLDER, stored_file
from cxweb.company.queries import settings_now
from cxweb.core import clock, kept_files
from cxweb.core.db import transaction
from cxweb.privacy.queries import last_erasure
from cxweb.uploads.models import Upload, UploadChange, UploadRefusal
from cxweb.uploads.queries import over_before, stored_names

# A file without a row was cut off while it came in.
ORPHAN_S = 86_400.0


def prune_uploads() -> int:
    """How many uploads were cleared. One whose rows came in stays as a line of the list; one that never was, goes.

    An erasure clears all but those that a job is at: these follow here, once the job has ended.
    """
    old = over_before(clock.now() - timedelta(days=settings_now().imports_keep_days), last_erasure())
    for upload in old:
        with transaction() as opened:
            opened.execute(delete(UploadRefusal).where(UploadRefusal.upload_id == upload.id))
            opened.execute(delete(UploadChange).where(UploadChange.upload_id == upload.id))
            if upload.state == "open" or upload.dry_run:
                opened.execute(delete(Upload).where(Upload.id == upload.id))
            else:
                opened.merge(upload).kept = False
        stored_file(upload).unlink(missing_ok=True)
    _delete_orphans()
    return len(old)


def _delete_orphans() -> None:
    known = stored_names()
    for file in kept_files.folder(FOLDER).iterdir():
        if file.name not in known and file.stat().st_mtime < time.time() - ORPHAN_S:
            file.unlink(missing_ok=True)
