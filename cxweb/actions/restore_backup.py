"""A backup is restored into an empty installation."""

import os
from datetime import datetime
from pathlib import Path, PurePosixPath
from typing import Any
from zipfile import ZipFile

from flask import current_app
from sqlalchemy import func, select

from cxweb.accounts.models import User
from cxweb.actions.steps.backup_parts import ERASURES_PART, FOLDERS, KEY_PART
from cxweb.core import archive as archives
from cxweb.core import journal
from cxweb.core.archive import CannotWrite as CannotWrite
from cxweb.core.archive import Unreadable as Unreadable
from cxweb.core.db import db, dialect_name, session
from cxweb.core.migrations import knows, upgrade
from cxweb.core.snapshots import restore_snapshot
from cxweb.orders.models import Order
from cxweb.settings import secret_key_file


class NotEmpty(Exception):
    """The installation has orders or people of its own, which a backup would replace."""


def restore_backup(file: Path) -> datetime:
    """Put the backup's state in the place of this empty one, at this version; the instant the backup is of.

    Raises NotEmpty, CannotWrite, and Unreadable, each before anything is changed.
    """
    if _has_something():
        raise NotEmpty
    data_dir: Path = current_app.config["CXWEB"].data_dir
    with archives.reading(file) as (archive, manifest):
        _check(file, manifest)
        db.session.remove()
        restore_snapshot(archive, manifest, data_dir)
        upgrade()
        _restore_files(archive, data_dir)
        return datetime.fromisoformat(manifest["made_at"])


def _has_something() -> bool:
    """An installation is empty while it has no order beside the demo, and no account beside the first."""
    orders = session().scalar(select(Order.id).where(~Order.is_demo).limit(1))
    return orders is not None or (session().scalar(select(func.count()).select_from(User)) or 0) > 1


def _check(file: Path, manifest: dict[str, Any]) -> None:
    if manifest["database"] != dialect_name():
        raise Unreadable(f"{file} is of {manifest['database']}, and this installation uses {dialect_name()}.")
    if not knows(manifest["revision"]):
        raise Unreadable(f"{file} was made by a newer version of cxweb: restore it with that one.")


def _restore_files(archive: ZipFile, data_dir: Path) -> None:
    journal.append(data_dir / ERASURES_PART, journal.entries_of(archive.read(ERASURES_PART).decode()))
    for name in archive.namelist():
        parts = PurePosixPath(name).parts
        if parts[0] in FOLDERS and ".." not in parts:
            target = data_dir.joinpath(*parts)
            target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            target.touch(mode=0o600)
            archives.extract(archive, name, target)
    if KEY_PART in archive.namelist() and not os.environ.get("CXWEB_SECRET_KEY"):
        key = secret_key_file(data_dir)
        key.touch(mode=0o600)
        archives.extract(archive, KEY_PART, key)
