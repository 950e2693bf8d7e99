"""A backup is whole or not there, holds everything, restores into an empty installation, and brings nobody back."""

import re
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from flask import Flask, current_app
from sqlalchemy import MetaData, select

from bench._people import fill, person
from bench.erasure import in_rows
from cxweb import create_app
from cxweb.accounts.models import User
from cxweb.accounts.rules import Operator
from cxweb.actions.back_up import CannotWrite, back_up
from cxweb.actions.erase_customer import erase_customer
from cxweb.actions.reapply_erasures import ForeignJournal, reapply_erasures
from cxweb.actions.restore_backup import ForeignKey, NotEmpty, Unreadable, restore_backup
from cxweb.actions.steps.read_journal import read_journal
from cxweb.core.db import db, dialect_name, session
from cxweb.core.migrations import upgrade
from cxweb.core.scrub import scrub
from cxweb.core.sealed import opened_or_none, seal
from cxweb.settings import secret_key_file, secret_keys_of
from tests.conftest import dispose, empty_tables
from tests.factories import Factory


def everything() -> dict[str, list[tuple[Any, ...]]]:
    """Every row of every table, but for the note that a backup begins."""
    metadata, found = MetaData(), {}
    with db.engine.connect() as connection:
        metadata.reflect(connection)
        for table in metadata.sorted_tables:
            rows = [tuple(row) for row in connection.execute(select(table))]
            found[table.name] = sorted((row for row in rows if "backup.begun" not in row), key=repr)
    return found


@contextmanager
def elsewhere(app: Flask, folder: Path, **different: Any) -> Iterator[Path]:
    """An empty installation with another data folder; on PostgreSQL the same database, emptied."""
    folder.mkdir()
    settings = replace(app.config["CXWEB"], data_dir=folder, **different)
    if dialect_name() == "sqlite":
        settings = replace(settings, database_url=f"sqlite:///{folder / 'cxweb.sqlite3'}")
    else:
        empty_tables()
    other = create_app(settings)
    with other.app_context():
        upgrade()
        try:
            yield folder
        finally:
            db.session.remove()
            dispose(other)


def test_a_backup_brings_back_every_row_and_whoever_was_erased_since_stays_erased(
    app: Flask, make: Factory, tmp_path: Path
) -> None:
    fill(20)
    make.user("admin")
    data = app.config["CXWEB"].data_dir
    secret_key_file(data).write_text("the key", encoding="ascii")
    (data / "uploads").mkdir()
    (data / "uploads" / "1.csv").write_bytes(b"ref;state\n")
    gone, kept = person(3), person(4)
    early, late = tmp_path / "early.zip", tmp_path / "late.zip"
    made = back_up(early, Operator())
    before = everything()
    assert (made.rows["order"], made.size) == (20, early.stat().st_size)
    assert early.stat().st_mode & 0o777 == 0o600
    erase_customer(Operator(), ref=gone.ref)
    back_up(late, Operator())

    with elsewhere(app, tmp_path / "a"):
        assert restore_backup(early) == made.at
        after = everything()
        assert {name: rows for name, rows in after.items() if rows != before[name]} == {}
        assert in_rows(gone.texts) != []
        assert (tmp_path / "a" / "uploads" / "1.csv").read_bytes() == b"ref;state\n"
        with pytest.raises(NotEmpty):
            restore_backup(early)
        # The newer backup says who was erased since.
        assert reapply_erasures(Operator(), read_journal(late)) == 1
        assert in_rows(gone.texts) == []
        assert len(in_rows(kept.texts)) >= len(kept.texts)
        # New rows get new numbers, also after the last one that came back.
        make.completed("NEW-1")
        assert secret_key_file(tmp_path / "a").read_text(encoding="ascii") == "the key"

    with elsewhere(app, tmp_path / "b"):
        restore_backup(late)
        assert in_rows(gone.texts) == []
        # Restored, its journal is this installation's too; one of another installation is refused.
        assert reapply_erasures(Operator()) == 0
        with pytest.raises(ForeignJournal):
            reapply_erasures(Operator(), [{"kind": "ref", "digest": "x", "at": "2026-11-24", "key": "other"}])


def test_what_is_no_whole_backup_is_refused_and_changes_nothing(app: Flask, make: Factory, tmp_path: Path) -> None:
    fill(3)
    file = tmp_path / "whole.zip"
    back_up(file, Operator())
    content = file.read_bytes()
    middle = len(content) // 2
    odd = {
        "cut.zip": content[: len(content) // 2],
        "text.zip": b"not an archive",
        # Wherever a byte is wrong, one of the ways to notice it does.
        **{
            f"flipped-{at}.zip": content[:at] + bytes([content[at] ^ 0xFF]) + content[at + 1 :]
            for at in range(middle, middle + 60, 6)
        },
    }
    with elsewhere(app, tmp_path / "a"):
        before = everything()
        for name, broken in odd.items():
            (tmp_path / name).write_bytes(broken)
            with pytest.raises(Unreadable):
                restore_backup(tmp_path / name)
        with pytest.raises(Unreadable, match="no file"):
            restore_backup(tmp_path / "missing.zip")
        for part, value in (("revision", '"9999"'), ("database", '"other"'), ("format", "2")):
            with pytest.raises(Unreadable, match=r"newer|other|another"):
                restore_backup(changed(file, tmp_path / f"{part}.zip", part, value))
        assert everything() == before


def test_secrets_come_back_with_the_key_they_were_sealed_with_and_with_another_it_is_said(
    app: Flask, make: Factory, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make.user("admin", totp_secret=seal("A SECRET"))
    of_environment, of_file = tmp_path / "environment.zip", tmp_path / "file.zip"
    back_up(of_environment, Operator())
    secret_key_file(app.config["CXWEB"].data_dir).write_text("only-for-tests\n", encoding="ascii")
    back_up(of_file, Operator())

    def restored(file: Path, name: str, key: str, *former: str, without_secrets: bool = False) -> str | None:
        with elsewhere(app, tmp_path / name, secret_key=key, opening_keys=former) as other:
            restore_backup(file, without_secrets=without_secrets)
            # As whoever starts here next, with no former key at all.
            newest = (*secret_keys_of(secret_key_file(other)).all, key)[0]
            current_app.config["CXWEB"] = replace(current_app.config["CXWEB"], secret_key=newest, opening_keys=())
            return opened_or_none(session().scalars(select(User.totp_secret)).one())

    assert restored(of_environment, "a", "only-for-tests") == "A SECRET"
    with pytest.raises(ForeignKey):
        restored(of_environment, "b", "another")
    # What the former key still opened stands under the new one from then on.
    assert restored(of_environment, "c", "another", "only-for-tests") == "A SECRET"
    assert restored(of_environment, "d", "another", without_secrets=True) is None
    assert restored(of_file, "e", "made at the first start") == "A SECRET"
    monkeypatch.setenv("CXWEB_SECRET_KEY", "of the environment")
    assert restored(of_file, "f", "of the environment") == "A SECRET"


def changed(file: Path, target: Path, part: str, value: str) -> Path:
    """The backup with another value in its manifest."""

    with zipfile.ZipFile(file) as source, zipfile.ZipFile(target, "w") as archive:
        for name in source.namelist():
            data = source.read(name)
            if name == "cxweb.json":
                data = re.sub(rf'"{part}": [^,\n]+', f'"{part}": {value}', data.decode()).encode()
            archive.writestr(name, data)
    return target


FULL_DISK = """
import resource, sys
from pathlib import Path
from cxweb import create_app
from cxweb.accounts.models import User
from cxweb.accounts.rules import Operator
from cxweb.actions.back_up import CannotWrite, back_up
with create_app().app_context():
    resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[2]), resource.RLIM_INFINITY))
    try:
        back_up(Path(sys.argv[1]), Operator())
    except CannotWrite as error:
        print(error)
"""


def test_a_full_disk_is_said_in_a_sentence_and_leaves_the_backup_before(app: Flask, tmp_path: Path) -> None:
    fill(300)
    folder = tmp_path / "backups"
    folder.mkdir()
    file = folder / "cxweb.zip"
    back_up(file, Operator())
    before = file.read_bytes()
    # So that the product's own files stay below the limit.
    scrub(())
    settings = app.config["CXWEB"]
    env = {"CXWEB_DATA_DIR": str(settings.data_dir), "CXWEB_DATABASE_URL": settings.database_url}
    # No file may grow beyond this: as a full disk does, it stops the copy of the database, or the archive.
    limit = 200_000 if dialect_name() == "sqlite" else 10_000
    said = subprocess.run(
        [sys.executable, "-c", FULL_DISK, str(file), str(limit)], env=env, capture_output=True, text=True, check=True
    )
    assert said.stdout == "There is not enough room on the disk. Nothing was written.\n", said.stderr
    assert file.read_bytes() == before
    assert [path.name for path in folder.iterdir()] == ["cxweb.zip"]
    with pytest.raises(CannotWrite, match="cannot be written"):
        back_up(tmp_path / "no such folder" / "cxweb.zip", Operator())
