"""A backup is restored into an empty installation."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from pathlib import Path, PurePosixPath
from typing import Any
from zipfile import ZipFile

from flask import current_app
from sqlalchemy import func, select

from cxweb.accounts.models import User
from cxweb.actions.steps.backup_parts import ERASURES_PART, FOLDERS, KEY_PART
from cxweb.actions.steps.reseal import reseal
from cxweb.core import archive as archives
from cxweb.core import journal
from cxweb.core.archive import CannotWrite as CannotWrite
from cxweb.core.archive import Unreadable as Unreadable
from cxweb.core.db import db, dialect_name, session, transaction
from cxweb.core.migrations import knows, upgrade
from cxweb.core.sealed import marks
from cxweb.core.snapshots import restore_snapshot
from cxweb.orders.models import Order
from cxweb.settings import Settings, secret_key_file, secret_keys_of


class NotEmpty(Exception):
    """The installation has orders or people of its own, which a backup would replace."""


class ForeignKey(Exception):
    """The secrets of the backup were sealed with a key of the environment that is not known here."""


def restore_backup(file: Path, *, without_secrets: bool = False) -> datetime:
    """Put the backup's state in the place of this empty one, at this version; the instant the backup is of.

    Raises NotEmpty, CannotWrite, Unreadable, and ForeignKey unless `without_secrets`, each before anything is changed.
    """
    if _has_something():
        raise NotEmpty
    data_dir: Path = current_app.config["CXWEB"].data_dir
    with archives.reading(file) as (archive, manifest):
        _check(file, manifest)
        with _known_keys(archive, data_dir):
            if not without_secrets and manifest.get("sealed_by") not in {None, *marks()}:
                raise ForeignKey
            db.session.remove()
            restore_snapshot(archive, manifest, data_dir)
            upgrade()
            with transaction():
                reseal()
        _restore_files(archive, data_dir)
        return datetime.fromisoformat(manifest["made_at"])


@contextmanager
def _known_keys(archive: ZipFile, data_dir: Path) -> Iterator[None]:
    """Seal as whoever starts on the restored data folder will: under the backup's own key, unless the environment has
    one; and open with every key that either side has."""
    settings: Settings = current_app.config["CXWEB"]
    with archives.beside(data_dir / "restored_key") as file:
        if KEY_PART in archive.namelist():
            archives.extract(archive, KEY_PART, file)
        theirs = secret_keys_of(file).all
    here = (settings.secret_key, *settings.opening_keys)
    newest, *former = (*here, *theirs) if os.environ.get("CXWEB_SECRET_KEY") or not theirs else (*theirs, *here)
    current_app.config["CXWEB"] = replace(settings, secret_key=newest, opening_keys=tuple(former))
    try:
        yield
    finally:
        current_app.config["CXWEB"] = settings


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
