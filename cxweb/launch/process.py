"""One process of the start: begun in its own session, begun again when it dies, ended with all it began."""

import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path

from cxweb.launch.terminal import say

FIRST_PAUSE_S = 1.0
LONGEST_PAUSE_S = 30.0
# Whoever ran this long was healthy: its next death starts the pauses anew.
HEALTHY_S = 60.0
PR_SET_PDEATHSIG = 1
PROCESSES = Path("/proc")


class Process:
    """A child that is kept running until it is told to end."""

    def __init__(self, name: str, command: Sequence[str], env: Mapping[str, str], folder: Path | None = None) -> None:
        self.name = name
        self.command = list(command)
        self.env = dict(env)
        self.folder = folder
        self._child: subprocess.Popen[bytes] | None = None
        self._pause_s = FIRST_PAUSE_S
        self._began = 0.0
        self._due: float | None = None

    def begin(self) -> None:
        """Start it in a session of its own, so that Ctrl-C reaches only the launcher, which ends all in order."""
        self._child = subprocess.Popen(  # noqa: S603 - our own programs, no shell
            self.command,
            env=self.env,
            cwd=self.folder,
            stdin=subprocess.DEVNULL,
            start_new_session=True,
            preexec_fn=_die_with(os.getpid()),
        )
        self._began = time.monotonic()
        self._due = None

    def is_running(self) -> bool:
        return self._child is not None and self._child.poll() is None

    def look_after(self) -> None:
        """Start it again where it has died, after a pause that grows with each death."""
        if self._due is not None:
            if time.monotonic() >= self._due:
                self.begin()
            return
        if self._child is None or self._child.poll() is None:
            return
        _kill_session(self._child.pid)
        if time.monotonic() - self._began > HEALTHY_S:
            self._pause_s = FIRST_PAUSE_S
        ending = _ending(self._child.returncode)
        say(f"The {self.name} stopped ({ending}) and is started again in {self._pause_s:.0f} s.")
        self._due = time.monotonic() + self._pause_s
        self._pause_s = min(self._pause_s * 2, LONGEST_PAUSE_S)

    def ask_to_end(self) -> None:
        if self._child is not None and self._child.poll() is None:
            self._child.terminate()

    def end(self, deadline: float, hurried: Callable[[], bool]) -> None:
        """Wait until it has ended, at most to the deadline; then kill it. Whatever it began is killed too."""
        if self._child is None:
            return
        while self._child.poll() is None and time.monotonic() < deadline and not hurried():
            time.sleep(0.02)
        if self._child.poll() is None:
            self._child.kill()
        self._child.wait()
        _kill_session(self._child.pid)


def _die_with(launcher: int) -> Callable[[], None] | None:
    """On Linux the kernel ends the child when the launcher is killed, so that no orphan stays."""
    if not sys.platform.startswith("linux"):
        return None
    prctl = ctypes.CDLL(None, use_errno=True).prctl

    def in_child() -> None:
        prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
        # The launcher may have died before the line above.
        if os.getppid() != launcher:
            os._exit(1)

    return in_child


def _ending(code: int) -> str:
    return f"exit code {code}" if code >= 0 else signal.Signals(-code).name


def _kill_session(session: int) -> None:
    """Kill what is left of a child's session: a server's workers, a worker's job in its own process group."""
    if not PROCESSES.is_dir():
        # Where sessions cannot be listed, the group is nearly all of it.
        with suppress(OSError):
            os.killpg(session, signal.SIGKILL)
        return
    for pid in _members(session):
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)


def _members(session: int) -> Iterator[int]:
    for name in os.listdir(PROCESSES):
        try:
            stat = (PROCESSES / name / "stat").read_text(encoding="utf-8", errors="replace")
        except OSError:
            # Not a process, or one that has just gone.
            continue
        fields = stat.rpartition(")")[2].split()
        if name.isdigit() and int(fields[3]) == session and fields[0] != "Z":
            yield int(name)
