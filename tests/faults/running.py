"""Starts the product for real, as `make run` does, and looks at what it leaves behind."""

import os
import re
import signal
import socket
import subprocess
import sys
import tempfile
import time
from contextlib import suppress
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

ROOT = Path(__file__).parent.parent.parent
PATIENCE_S = 60.0


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Running:
    """One `python app.py` on a data folder of its own; what it says goes to a file there."""

    def __init__(self, folder: Path, **env: str) -> None:
        self.folder = folder
        self.port = free_port()
        descriptor, said = tempfile.mkstemp(prefix="cxweb-said-")
        os.close(descriptor)
        self.said = Path(said)
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("CXWEB_", "PORT"))}
        self.env = {**kept, "CXWEB_DATA_DIR": str(folder), "PORT": str(self.port), **env}
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> "Running":
        with self.said.open("ab") as said:
            self.process = subprocess.Popen(
                [sys.executable, str(ROOT / "app.py")],
                env=self.env,
                cwd=ROOT,
                stdout=said,
                stderr=subprocess.STDOUT,
                stdin=subprocess.DEVNULL,
                start_new_session=True,
            )
        return self

    def line(self, name: str) -> str:
        """What stands after `name: ` on a line of its own; waits for it."""
        deadline = time.monotonic() + PATIENCE_S
        while time.monotonic() < deadline:
            found = re.search(rf"^{name}: (.+)$", self.text(), re.MULTILINE)
            if found:
                return found.group(1)
            assert self.process is not None
            assert self.process.poll() is None, self.text()
            time.sleep(0.02)
        raise AssertionError(f"no line {name} in: {self.text()}")

    def text(self) -> str:
        return self.said.read_text(encoding="utf-8")

    def page(self, path: str = "/healthz") -> int:
        """The status of a page."""
        with urlopen(f"http://127.0.0.1:{self.port}{path}", timeout=5) as response:
            return int(response.status)

    def first_page(self) -> float:
        """Wait until a page answers; how long that took, in seconds."""
        began = time.monotonic()
        while time.monotonic() - began < PATIENCE_S:
            try:
                if self.page() == 200:
                    return time.monotonic() - began
            except (URLError, OSError):
                time.sleep(0.01)
        raise AssertionError(self.text())

    def send(self, number: int) -> None:
        assert self.process is not None
        os.kill(self.process.pid, number)

    def ended(self) -> int:
        """Wait for its end; the exit code."""
        assert self.process is not None
        return self.process.wait(timeout=15)

    def stop(self, number: int = signal.SIGINT) -> int:
        self.send(number)
        return self.ended()

    def processes(self) -> list[int]:
        """Every living process that was started with this data folder."""
        return [int(name) for name in os.listdir("/proc") if name.isdigit() and self._is_mine(Path("/proc") / name)]

    def _is_mine(self, process: Path) -> bool:
        """By the data folder in its environment, or, as Valkey writes over that, by the folder it runs in."""
        wanted = f"CXWEB_DATA_DIR={self.folder}".encode()
        try:
            if wanted in (process / "environ").read_bytes().split(b"\0"):
                return True
            return Path(os.readlink(process / "cwd")).is_relative_to(self.folder)
        except OSError:
            return False

    def none_left_within(self, seconds: float) -> bool:
        deadline = time.monotonic() + seconds
        while self.processes() and time.monotonic() < deadline:
            time.sleep(0.05)
        return not self.processes()

    def kill_all(self) -> None:
        """Only for a test that failed: leave nothing on the machine."""
        self.said.unlink(missing_ok=True)
        for pid in self.processes():
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        if self.process is not None:
            self.process.wait()
