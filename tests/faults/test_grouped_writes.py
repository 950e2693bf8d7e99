"""Writers that share a commit: what it fails for is told to each of them, and a holder of the turn stops nobody."""

import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select, text

from cxweb import create_app
from cxweb.company.models import Setting
from cxweb.core import clock, grouping
from cxweb.core.db import db, insert_or_leave, session, transaction
from cxweb.core.grouping import CommitFailed, Writers
from tests.conftest import DATABASE, dispose, settings_for

pytestmark = pytest.mark.skipif(DATABASE != "sqlite", reason="only writers of SQLite share their commits")
# Holds the turn of the writers until it is killed, and says when it has it.
HOLDER = "import fcntl, sys; file = open(sys.argv[1], 'r+b'); fcntl.lockf(file, fcntl.LOCK_EX, 1, 1); print('held', flush=True); sys.stdin.read()"  # noqa: E501 - a program in one line


@pytest.fixture(autouse=True)
def _patient_groups(monkeypatch: pytest.MonkeyPatch) -> None:
    """However slow the machine is, who waits joins the group."""
    monkeypatch.setattr(grouping, "LONGEST_GROUP_S", 20.0)


def test_a_commit_waits_for_the_disk(database_url: str, tmp_path: Path) -> None:
    product = create_app(settings_for(tmp_path, database_url))
    with product.app_context(), db.engine.connect() as connection:
        # 2 is FULL. The tests' own applications wait for no disk.
        assert connection.exec_driver_sql("PRAGMA synchronous").scalar() == 2
    dispose(product)


def writers_of(app: Flask) -> Writers:
    found: Writers = app.extensions["cxweb.writers"]
    return found


def together(app: Flask, *acts: Callable[[], None]) -> list[BaseException | None]:
    """Run the acts in threads so that they share one commit; what each was told."""
    told: list[BaseException | None] = [None] * len(acts)
    begun = threading.Event()

    def run(number: int) -> None:
        with app.app_context():
            try:
                with transaction():
                    begun.set()
                    acts[number]()
                    while number + 1 < len(acts) and not writers_of(app).line.anybody_waits():
                        time.sleep(0.001)
            except BaseException as error:
                told[number] = error

    threads = [threading.Thread(target=run, args=(number,)) for number in range(len(acts))]
    for thread in threads:
        thread.start()
        begun.wait(20)
    for thread in threads:
        thread.join(20)
    return told


def note(key: str) -> Callable[[], None]:
    return lambda: assert_new(insert_or_leave(Setting, key=key, value="x", updated_at=clock.now()))


def assert_new(inserted: bool) -> None:
    assert inserted


def broken_at_commit() -> None:
    """A foreign key that is only looked at when the transaction is committed."""
    session().execute(text("PRAGMA defer_foreign_keys = ON"))
    session().execute(text("INSERT INTO order_tag (order_id, tag) VALUES (999999, 'x')"))


def broken_at_once() -> None:
    session().execute(text("INSERT INTO setting (key) VALUES ('c')"))


def stored() -> list[str]:
    return list(session().scalars(select(Setting.key).order_by(Setting.key)))


def test_a_commit_that_fails_is_told_to_all_who_shared_it_and_the_next_one_works(app: Flask) -> None:
    told = together(app, note("a"), broken_at_commit)
    assert [type(error) for error in told] == [CommitFailed, CommitFailed]
    assert stored() == []
    assert together(app, note("a"), note("b")) == [None, None]
    assert stored() == ["a", "b"]


def test_a_member_that_fails_takes_nothing_of_the_others_with_it(app: Flask) -> None:
    first, second = together(app, note("a"), broken_at_once)
    assert first is None
    assert second is not None
    assert stored() == ["a"]


@pytest.mark.parametrize("frozen", [True, False])
def test_a_process_frozen_or_killed_in_its_turn_stops_nobody_for_long(
    app: Flask, monkeypatch: pytest.MonkeyPatch, frozen: bool
) -> None:
    monkeypatch.setattr(grouping, "PATIENCE_S", 0.3 if frozen else 20.0)
    with transaction():
        note("before")()
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLDER, writers_of(app).turns.file], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    assert holder.stdout is not None
    assert holder.stdout.readline() == b"held\n"
    try:
        holder.send_signal(signal.SIGSTOP if frozen else signal.SIGKILL)
        assert together(app, note("after")) == [None]
        assert stored() == ["after", "before"]
    finally:
        holder.kill()
        with suppress(BrokenPipeError):
            holder.communicate()
