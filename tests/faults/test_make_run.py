"""`make run`: starts, ends without a trace, starts again after every kind of death, and says clearly why it cannot."""

import os
import signal
import socket
import sqlite3
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from cxweb.settings import embedded_socket
from tests.faults.running import Running, free_port

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="looks at processes in /proc")
STARTS: list[Running] = []


def run(folder: Path, **env: str) -> Running:
    started = Running(folder, **env).start()
    STARTS.append(started)
    return started


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    """A data folder whose path has a space and an accent."""
    yield tmp_path / "données de démo"
    for started in STARTS:
        started.kill_all()
    STARTS.clear()


def test_from_first_start_to_ctrl_c_and_a_second_start(folder: Path) -> None:
    first = run(folder)
    assert first.line("Admin").count(" ") == 1
    assert first.line("URL") == f"http://127.0.0.1:{first.port}"
    assert first.page() == 200
    tracking = first.line("Tracking")
    assert tracking.startswith(f"http://127.0.0.1:{first.port}/t/")
    assert first.page(tracking.partition(str(first.port))[2]) == 200
    began = time.monotonic()
    assert first.stop(signal.SIGINT) == 0
    assert time.monotonic() - began < 8
    assert first.processes() == []
    assert "Traceback" not in first.text()

    second = run(folder)
    # Two seconds on an idle machine; this one may be running other tests beside it.
    assert second.first_page() < 8
    assert second.line("Tracking")
    assert "Admin:" not in second.text()
    assert second.stop(signal.SIGTERM) == 0
    assert second.processes() == []


def test_after_kill_9_no_process_stays_the_next_start_works_and_a_second_beside_it_is_refused(folder: Path) -> None:
    first = run(folder, CXWEB_DEMO="0")
    first.line("URL")
    assert len(first.processes()) >= 8
    first.send(signal.SIGKILL)
    first.ended()
    assert first.none_left_within(8)
    second = run(folder, CXWEB_DEMO="0")
    second.line("URL")
    beside = run(folder, CXWEB_DEMO="0")
    assert beside.ended() == 1
    assert f"running with the data folder {folder} already" in beside.text()
    assert second.page() == 200
    assert answers_ping(folder)
    assert second.stop() == 0
    assert second.processes() == []


def test_neither_a_dead_socket_nor_children_that_die_or_freeze_are_an_obstacle(folder: Path) -> None:
    with socket.socket(socket.AF_UNIX) as dead:
        at = embedded_socket_of(folder)
        at.parent.mkdir(parents=True, exist_ok=True)
        dead.bind(os.fsencode(at))
    started = run(folder, CXWEB_DEMO="0")
    started.line("URL")
    assert answers_ping(folder)
    for name in ("valkey-server", "sweep", "granian"):
        os.kill(process_named(started, name), signal.SIGKILL)
    deadline = time.monotonic() + 20
    while started.text().count("is started again") < 3 and time.monotonic() < deadline:
        time.sleep(0.1)
    assert started.text().count("is started again") == 3
    while not answers_ping(folder) and time.monotonic() < deadline:
        time.sleep(0.1)
    assert started.first_page() < 20
    # A frozen process hears no SIGTERM.
    os.kill(process_named(started, "sweep"), signal.SIGSTOP)
    began = time.monotonic()
    assert started.stop() == 0
    assert time.monotonic() - began < 10
    assert started.processes() == []


def test_a_path_too_long_for_a_socket_is_no_obstacle_but_a_database_of_a_newer_version_is(folder: Path) -> None:
    long = folder / ("très " * 20).strip() / ("long " * 10).strip()
    started = run(long, CXWEB_DEMO="0")
    started.line("URL")
    assert answers_ping(long)
    assert started.stop() == 0
    assert started.processes() == []
    file = long / "cxweb.sqlite3"
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
        connection.commit()
    before = file.read_bytes()
    assert "newer version of cxweb" in refusal(run(long, CXWEB_DEMO="0"))
    assert file.read_bytes() == before


def refusal(started: Running) -> str:
    """The one sentence of a start that cannot be."""
    assert started.ended() == 1
    assert started.processes() == []
    [sentence] = started.text().splitlines()
    assert sentence.startswith("cxweb cannot start: ")
    return sentence.removeprefix("cxweb cannot start: ")


def test_a_busy_port_is_said_in_one_sentence_and_nothing_is_made(folder: Path) -> None:
    with socket.socket() as other:
        port = free_port()
        other.bind(("127.0.0.1", port))
        other.listen()
        sentence = refusal(run(folder, PORT=str(port)))
    assert sentence.startswith(f"port {port} is taken by another program")
    assert not (folder / "cxweb.sqlite3").exists()


@pytest.mark.parametrize(
    ("name", "value", "says"),
    [
        ("CXWEB_COLOUR", "red", "CXWEB_COLOUR is not a setting of cxweb"),
        ("CXWEB_LOG", "loud", "CXWEB_LOG must be json or text"),
        ("CXWEB_DATABASE_URL", "mysql://x", "CXWEB_DATABASE_URL must start with sqlite:/// or postgresql+psycopg://"),
        ("CXWEB_DATABASE_URL", "postgresql+psycopg://u@127.0.0.1:1/x?connect_timeout=2", "the database cannot be used"),
        ("CXWEB_BASE_URL", "suivi", "CXWEB_BASE_URL must be an address"),
        ("PORT", "eighty", "PORT must be a number from 1 to 65535, not eighty"),
    ],
)
def test_a_bad_setting_is_named_in_one_sentence(folder: Path, name: str, value: str, says: str) -> None:
    assert refusal(run(folder, **{name: value})).startswith(says)


def test_a_data_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    # A file stands where the folder should be: not even root can write below it.
    (tmp_path / "file").write_text("kept", encoding="utf-8")
    folder = tmp_path / "file" / "data"
    assert refusal(run(folder)).startswith(f"CXWEB_DATA_DIR: cannot write in {folder}")
    assert (tmp_path / "file").read_text(encoding="utf-8") == "kept"


def embedded_socket_of(folder: Path) -> Path:
    return embedded_socket(folder.resolve())


def answers_ping(folder: Path) -> bool:
    with socket.socket(socket.AF_UNIX) as connection:
        connection.settimeout(2)
        try:
            connection.connect(os.fsencode(embedded_socket_of(folder)))
            connection.sendall(b"PING\r\n")
            return connection.recv(16) == b"+PONG\r\n"
        except OSError:
            return False


def process_named(started: Running, name: str) -> int:
    """The process of that name that the start itself began; the processes around it come and go meanwhile."""
    assert started.process is not None
    for pid in started.processes():
        try:
            stat = (Path("/proc") / str(pid) / "stat").read_text(encoding="utf-8")
            command = (Path("/proc") / str(pid) / "cmdline").read_text(encoding="utf-8")
        except OSError:
            continue
        if int(stat.rpartition(")")[2].split()[1]) == started.process.pid and name in command:
            return pid
    raise AssertionError(f"no process {name}")
