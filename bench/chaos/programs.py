"""The processes of a run: started in sessions of their own, killed, frozen, and started again."""

import ctypes
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from cxweb import ROOT

PROCESSES = Path("/proc")
PR_SET_PDEATHSIG = 1


class Program:
    """One program that is kept running: `look_after()` starts it again and ends its freezes."""

    def __init__(self, name: str, arguments: list[str], environment: Mapping[str, str], said: Path) -> None:
        self.name = name
        self.command = [sys.executable, "-m", "bench.chaos.launch", *arguments]
        self.environment = dict(environment)
        self.said = said
        self.again_at = 0.0
        self.frozen: list[int] = []
        self.thaws_at = 0.0
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> "Program":
        with self.said.open("ab") as said:
            self._process = subprocess.Popen(
                self.command,
                cwd=ROOT,
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=said,
                stderr=said,
                start_new_session=True,
            )
        return self

    @property
    def pid(self) -> int:
        """Its first process, and the number of its session."""
        assert self._process is not None
        return self._process.pid

    def is_running(self) -> bool:
        return self._process is not None and self._process.poll() is None and not self.frozen

    def members(self) -> list[int]:
        """Every living process of its session, the first included: a server's workers, a queue worker's job."""
        return members(self.pid)

    def freeze(self, pids: list[int], seconds: float) -> None:
        for pid in pids:
            signal_to(pid, signal.SIGSTOP)
        self.frozen += pids
        self.thaws_at = time.monotonic() + seconds

    def stay_down(self, seconds: float) -> None:
        """Kill it, and start it again only after so long."""
        self.again_at = time.monotonic() + seconds
        for pid in self.members():
            signal_to(pid, signal.SIGKILL)

    def look_after(self) -> None:
        now = time.monotonic()
        if self.frozen and now >= self.thaws_at:
            self.thaw()
        if self._process is not None and self._process.poll() is not None:
            if not self.again_at:
                self.again_at = now + 0.3
            elif now >= self.again_at:
                self.again_at = 0.0
                self.start()

    def thaw(self) -> None:
        for pid in self.frozen:
            signal_to(pid, signal.SIGCONT)
        self.frozen = []

    def end(self) -> None:
        """Kill it with all that it started."""
        if self._process is not None:
            for pid in self.members():
                signal_to(pid, signal.SIGKILL)
            self._process.wait()


def members(session: int) -> list[int]:
    found = []
    for name in os.listdir(PROCESSES):
        if name.isdigit():
            with suppress(OSError):
                fields = (PROCESSES / name / "stat").read_text(errors="replace").rpartition(")")[2].split()
                if int(fields[3]) == session and fields[0] != "Z":
                    found.append(int(name))
    return found


def resident(pid: int) -> float:
    """The memory a process holds, in MiB; 0 where it has gone."""
    with suppress(OSError):
        pages = int((PROCESSES / str(pid) / "statm").read_text().split()[1])
        return pages * os.sysconf("SC_PAGE_SIZE") / 2**20
    return 0.0


def signal_to(pid: int, number: int) -> None:
    with suppress(ProcessLookupError):
        os.kill(pid, number)


def owner_of(port: int, pids: list[int]) -> int | None:
    """Which of the processes holds the connection that starts at this port of the loopback interface."""
    local = f"{int.from_bytes(socket.inet_aton('127.0.0.1'), 'little'):08X}:{port:04X}"
    rows = (line.split() for line in (PROCESSES / "net" / "tcp").read_text().splitlines()[1:])
    inodes = {f"socket:[{row[9]}]" for row in rows if row[1] == local}
    for pid in pids:
        with suppress(OSError):
            for descriptor in (PROCESSES / str(pid) / "fd").iterdir():
                with suppress(OSError):
                    if os.readlink(descriptor) in inodes:
                        return pid
    return None


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def end_with_parent() -> None:
    """Let the kernel end this process when the one that started it is gone, so that a run leaves nothing behind."""
    ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
