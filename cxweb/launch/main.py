"""The one-command start: says where the product is, keeps its processes running, and ends them all."""

import fcntl
import os
import select
import signal
import socket
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from types import FrameType
from typing import TextIO

from dotenv import dotenv_values

from cxweb.launch import web
from cxweb.launch.process import Process
from cxweb.launch.quick import is_ready
from cxweb.launch.terminal import CannotStart, say
from cxweb.launch.valkey import Valkey
from cxweb.settings import InvalidSetting, Settings, embedded_socket

ROOT = Path(__file__).resolve().parent.parent.parent
FIRST_PAGE_S = 60.0
ENDING_S = 6.0


def main() -> int:
    """Run the product until Ctrl-C; the exit code."""
    try:
        with _Start() as start:
            start.run()
    except (CannotStart, InvalidSetting) as error:
        say(f"cxweb cannot start: {error}")
        return 1
    return 0


class _Start:
    """The processes of one start, and the signals that end it."""

    def __init__(self) -> None:
        # The demo is on by default here and nowhere else: this is how the product is tried.
        self.env = {"CXWEB_DEMO": "1", **_env_file(), **os.environ}
        self.env["PYTHONPATH"] = os.pathsep.join(filter(None, [str(ROOT), self.env.get("PYTHONPATH")]))
        self.asked_to_end = 0
        self.valkey: Valkey | None = None
        self.processes: list[Process] = []
        self.lock: TextIO | None = None
        self.waker, self.woken = socket.socketpair()

    def __enter__(self) -> "_Start":
        self.waker.setblocking(False)
        self.woken.setblocking(False)
        signal.set_wakeup_fd(self.waker.fileno(), warn_on_full_buffer=False)
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, self._end_signal)
        # Under nohup a closed terminal is to end nothing.
        if signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:
            signal.signal(signal.SIGHUP, self._end_signal)
        # Only so that the wakeup descriptor is written when a process dies.
        signal.signal(signal.SIGCHLD, lambda _number, _frame: None)
        return self

    def __exit__(self, *_error: object) -> None:
        if self.asked_to_end:
            say("Stopping …")
        for process in self.processes:
            process.ask_to_end()
        deadline = time.monotonic() + ENDING_S
        for process in self.processes:
            process.end(deadline, lambda: self.asked_to_end > 1)
        if self.valkey is not None:
            self.valkey.end()
        if self.lock is not None:
            self.lock.close()

    def run(self) -> None:
        """Start everything in order and stay until a signal asks to end. Raises CannotStart and InvalidSetting."""
        settings = Settings.from_env(self.env)
        port = web.chosen_port(self.env)
        self._lock(settings.data_dir)
        self._begin_valkey(settings)
        # Where the database is known to be ready, the web server starts at once and the rest beside it.
        ready = is_ready(settings.database_url, ROOT / "migrations" / "versions", demo=settings.demo)
        token = None if ready else self._prepare(settings)
        self._begin("web server", web.command(ROOT, port))
        self._wait_for_page(port)
        self._begin_workers()
        self._say_unless_ending(f"URL: {settings.base_url}")
        token = self._prepare(settings) if ready else token
        if token is not None:
            self._say_unless_ending(f"Tracking: {settings.base_url}/t/{token}")
        self._stay()

    def _prepare(self, settings: Settings) -> str | None:
        if self.asked_to_end:
            return None
        # The whole product is loaded for this, and only when it is time.
        from cxweb.launch.prepare import prepare  # noqa: PLC0415

        return prepare(settings)

    def _begin_workers(self) -> None:
        program = str(ROOT / "worker.py")
        for work in ("messages", "work"):
            self._begin(f"worker for {work}", [sys.executable, program, work])
        self._begin("sweeper", [sys.executable, program, "sweep"])

    def _say_unless_ending(self, line: str) -> None:
        if not self.asked_to_end:
            say(line)

    def _begin(self, name: str, command: list[str]) -> None:
        if self.asked_to_end:
            return
        process = Process(name, command, self.env)
        self.processes.append(process)
        process.begin()

    def _begin_valkey(self, settings: Settings) -> None:
        if not settings.redis_embedded:
            return
        self.valkey = Valkey(settings.data_dir, embedded_socket(settings.data_dir), self.env)
        if not self.valkey.begin():
            say("There is no Valkey here: install valkey or redis. Until then messages leave by the sweeper.")

    def _lock(self, data_dir: Path) -> None:
        """One start a data folder: a second one would end the first one's Valkey with its own."""
        try:
            self.lock = (data_dir / "running.lock").open("a+", encoding="ascii")
            fcntl.flock(self.lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise CannotStart(
                f"it is running with the data folder {data_dir} already: stop it, or set CXWEB_DATA_DIR."
            ) from error
        except OSError as error:
            raise CannotStart(f"it cannot write in {data_dir} ({error.strerror}): see CXWEB_DATA_DIR.") from error

    def _wait_for_page(self, port: int) -> None:
        deadline = time.monotonic() + FIRST_PAGE_S
        while not self.asked_to_end:
            if web.answers(port):
                return
            if not self.processes[0].is_running():
                raise CannotStart("the web server stopped at once; what it said stands above.")
            if time.monotonic() > deadline:
                raise CannotStart(f"the web server has not answered for {FIRST_PAGE_S:.0f} s.")
            time.sleep(0.03)

    def _stay(self) -> None:
        while not self.asked_to_end:
            if self.valkey is not None:
                self.valkey.look_after()
            for process in self.processes:
                process.look_after()
            select.select([self.woken], [], [], 0.5)
            _drain(self.woken)

    def _end_signal(self, _number: int, _frame: FrameType | None) -> None:
        self.asked_to_end += 1


def _drain(woken: socket.socket) -> None:
    try:
        while woken.recv(256):
            pass
    except BlockingIOError:
        return


def _env_file() -> Mapping[str, str]:
    return {name: value or "" for name, value in dotenv_values(".env").items()}
