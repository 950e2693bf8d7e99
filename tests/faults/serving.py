"""The web server as the product starts it, alone on a free port, for tests of what only a real server shows."""

import os
import socket
import subprocess
import time
from http.client import HTTPConnection
from pathlib import Path

from cxweb.launch import web
from tests.faults.running import free_port

ROOT = Path(__file__).parent.parent.parent
PATIENCE_S = 30.0


class Served:
    """Granian with the product's own command on a data folder; `with Served(folder) as served`."""

    def __init__(self, folder: Path, **env: str) -> None:
        self.port = free_port()
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("CXWEB_", "PORT"))}
        self.env = {**kept, "CXWEB_DATA_DIR": str(folder), "CXWEB_SECRET_KEY": "only-for-tests", **env}
        self.process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> "Served":
        self.process = subprocess.Popen(
            web.command(ROOT, self.port), cwd=ROOT, env=self.env, stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL
        )
        deadline = time.monotonic() + PATIENCE_S
        while not web.answers(self.port):
            assert time.monotonic() < deadline, "the web server does not answer"
            time.sleep(0.05)
        return self

    def __exit__(self, *_error: object) -> None:
        assert self.process is not None
        self.process.terminate()
        self.process.wait(timeout=PATIENCE_S)

    def workers(self) -> list[int]:
        """The processes that answer requests, which the server's first process starts again when they die."""
        assert self.process is not None
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text(encoding="ascii")
        return [int(pid) for pid in children.split() if b"granian" in Path(f"/proc/{pid}/cmdline").read_bytes()]

    def connection(self, timeout: float = 10) -> HTTPConnection:
        return HTTPConnection("127.0.0.1", self.port, timeout=timeout)

    def raw(self, sent: bytes, patience: float = 5) -> bytes:
        """Everything the server answers to these bytes until it hangs up or is silent."""
        with socket.create_connection(("127.0.0.1", self.port), timeout=patience) as client:
            client.sendall(sent)
            answer = b""
            try:
                while part := client.recv(65_536):
                    answer += part
            except TimeoutError:
                pass
        return answer
