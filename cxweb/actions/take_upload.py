"""Keeps a file that staff upload, until somebody has said how it is read."""

import secrets
from typing import IO

from cxweb.accounts.rules import Staff
from cxweb.actions.steps.upload_run import FOLDER
from cxweb.actions.steps.upload_table import ACT
from cxweb.core import clock, kept_files
from cxweb.core.audit import record
from cxweb.core.db import transaction
from cxweb.uploads.models import Upload
from cxweb.uploads.rules import FULL, KINDS, CannotUpload, ending_of

LONGEST_NAME = 120


def take_upload(kind: str, file_name: str, stream: IO[bytes], by: Staff) -> int:
    """Its id. Raises ForbiddenAct for who sees only a part of the company: a file may say something of all of it.

    Raises CannotUpload for a file of no known kind, an empty one, or one for which there is no room.
    """
    by.require_whole(ACT, changes=True)
    if kind not in KINDS:
        raise CannotUpload("kind")
    path = kept_files.folder(FOLDER) / (secrets.token_hex(16) + ending_of(file_name))
    try:
        size = kept_files.keep(stream, path)
    except OSError as error:
        raise CannotUpload("full") if error.errno in FULL else error from error
    if not size:
        path.unlink()
        raise CannotUpload("empty")
    with transaction() as opened:
        upload = Upload(
            kind=kind,
            file_name=file_name[-LONGEST_NAME:],
            stored_as=path.name,
            size=size,
            state="open",
            mapping={"kind": kind},
            tally={},
            before={},
            dependents={},
            created_at=clock.now(),
            created_by=by.actor,
        )
        opened.add(upload)
        opened.flush()
        record(by.actor, "upload.taken", f"upload:{upload.id}", kind=kind, size=size)
        return upload.id
