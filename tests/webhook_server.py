"""A server that other systems would have: it keeps what is posted to it, and answers what a test wants."""

import json
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from flask import Flask
from standardwebhooks import Webhook


@dataclass(frozen=True)
class Heard:
    """One request, as it came in."""

    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.body)
        return found

    def verified_by(self, secret: str) -> dict[str, Any]:
        """What the standard's own library makes of it; it raises where the signature is not right."""
        found: dict[str, Any] = Webhook(secret).verify(self.body, self.headers)
        return found


class WebhookServer:
    """Answers 200, or the next of `answers`: a status, a text for a body, or `DROP`, which hangs up."""

    DROP = 0

    def __init__(self) -> None:
        self.heard: list[Heard] = []
        self.answers: list[int] = []
        self.always = 200
        self.text = b"{}"
        self.location = ""
        self.slow_s = 0.0
        self.bodies: dict[str, Any] = {}
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self.server.daemon_threads = True
        self.thread = threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        self.thread.start()

    def url(self, path: str = "/events") -> str:
        return f"http://127.0.0.1:{self.server.server_address[1]}{path}"

    def _handler(server) -> type[BaseHTTPRequestHandler]:
        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                server.heard.append(Heard(self.path, {k.lower(): v for k, v in self.headers.items()}, body))
                time.sleep(server.slow_s)
                answer = server.answers.pop(0) if server.answers else server.always
                if answer == server.DROP:
                    self.close_connection = True
                    return
                found = server.bodies.get(self.path.partition("?")[0])
                text = json.dumps(found(json.loads(body))).encode() if found else server.text
                self.send_response(answer)
                if server.location:
                    self.send_header("Location", server.location)
                self.send_header("Content-Length", str(len(text)))
                self.end_headers()
                self.wfile.write(text)

            def do_GET(self) -> None:
                server.heard.append(Heard(self.path, {}, b""))
                self.send_response(200)
                self.end_headers()

            def log_message(self, *args: object) -> None:
                """Tests stay quiet."""

        return Handler


@pytest.fixture
def webhook_server(app: Flask) -> Iterator[WebhookServer]:
    """A running server; the application may call it although it listens on this machine."""
    app.config["CXWEB"] = replace(app.config["CXWEB"], loopback_webhooks=True)
    server = WebhookServer()
    yield server
    server.server.shutdown()
    server.server.server_close()
    server.thread.join()
