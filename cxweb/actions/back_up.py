"""A backup is made: the database as of one instant, what else the data folder holds, and who was erased."""

import json
import os
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from zipfile import ZipFile

from flask import current_app

from cxweb.accounts.rules import Acting
from cxweb.actions.steps.backup_parts import ERASURES_PART, FOLDERS, KEY_PART
from cxweb.actions.steps.digest_contact import lasting_key
from cxweb.actions.steps.note_erasures import key_mark
from cxweb.core import archive as archives
from cxweb.core import clock
from cxweb.core.archive import CannotWrite as CannotWrite
from cxweb.core.audit import record
from cxweb.core.db import transaction
from cxweb.core.sealed import marks
from cxweb.core.snapshots import Damaged as Damaged
from cxweb.core.snapshots import add_snapshot
from cxweb.privacy.queries import erasures
from cxweb.settings import secret_key_file


@dataclass(frozen=True)
class BackedUp:
    """Everything committed before `at` is in it."""

    at: datetime
    rows: dict[str, int]
    size: int


def back_up(file: Path, by: Acting) -> BackedUp:
    """Write the backup to the file, which appears whole or not at all. Raises CannotWrite, and Damaged.

    It holds the secret key where that is a file of the data folder, so that what it restores works at once. A key of
    the environment is not in it, so nobody opens the secrets of such a backup without it.
    """
    with transaction():
        # The key that erasures are known by must be in every backup, or none could be applied to it.
        lasting_key()
        record(by.actor, "backup.begun", "company")
    data_dir: Path = current_app.config["CXWEB"].data_dir
    with archives.writing(file) as archive:
        at = clock.now()
        facts = add_snapshot(archive, file)
        archive.writestr(ERASURES_PART, _erasures())
        if not os.environ.get("CXWEB_SECRET_KEY") and secret_key_file(data_dir).exists():
            archive.writestr(KEY_PART, secret_key_file(data_dir).read_bytes())
        for folder in FOLDERS:
            _add_folder(archive, data_dir, folder)
        archives.add_manifest(archive, made_at=at.isoformat(), sealed_by=marks()[0], **facts)
    return BackedUp(at, facts["rows"], file.stat().st_size)


def _erasures() -> str:
    mark = key_mark()
    entries = [{"at": at.isoformat(), "kind": kind, "digest": digest, "key": mark} for kind, digest, at in erasures()]
    return "".join(json.dumps(entry, sort_keys=True) + "\n" for entry in entries)


def _add_folder(archive: ZipFile, data_dir: Path, folder: str) -> None:
    for path in sorted((data_dir / folder).rglob("*")):
        if path.is_file():
            archives.add_file(archive, path.relative_to(data_dir).as_posix(), path)
