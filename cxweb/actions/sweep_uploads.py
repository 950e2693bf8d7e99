"""Asks for a job for each upload that nobody is at: its worker died, or Redis lost what was asked for."""

from sqlalchemy import update

from cxweb.actions.steps.upload_run import lock_of
from cxweb.core import clock, kept_files
from cxweb.core.db import transaction
from cxweb.core.queue import enqueue
from cxweb.uploads.models import Upload
from cxweb.uploads.queries import unattended

JOBS = {"undoing": "cxweb.jobs.uploads.undo"}
RUN = "cxweb.jobs.uploads.run"


def sweep_uploads() -> int:
    """How many jobs were asked for."""
    now, asked = clock.now(), 0
    for upload in unattended(now):
        with kept_files.alone(lock_of(upload.id)) as nobody:
            if nobody:
                with transaction() as opened:
                    opened.execute(update(Upload).where(Upload.id == upload.id).values(asked_at=now))
                    enqueue("work", JOBS.get(upload.state, RUN), upload.id)
                asked += 1
    return asked
