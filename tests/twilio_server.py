"""A gateway with Twilio's interface for tests: form posts, basic authentication, its own kind of errors."""

import json
import threading
from base64 import b64decode
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qsl, quote

import pytest

SID, TOKEN = "AC0123456789", "t0ken/+:@é"
USER = f"{SID}:{quote(TOKEN, safe='')}"
PATH = f"/2010-04-01/Accounts/{SID}/Messages.json"


class TwilioGateway:
    """Takes messages of one account. `answers` holds what the next posts get: status and body, or `DROP` or `MUTE`.

    DROP takes the message and hangs up; MUTE takes it and says nothing until `unmuted` is set.
    """

    DROP, MUTE = (-1, b""), (-2, b"")

    def __init__(self) -> None:
        self.messages: list[dict[str, str]] = []
        self.answers: list[tuple[int, bytes]] = []
        self.unmuted = threading.Event()
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self.server.daemon_threads = True
        self.thread = threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        self.thread.start()

    def url(self, user: str = USER, sender: str = "+33700000000") -> str:
        return f"twilio+http://{user}@127.0.0.1:{self.server.server_address[1]}/?from={sender}"

    def stop(self) -> None:
        self.unmuted.set()
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()

    def answer(self, path: str, authorization: str, body: bytes) -> tuple[int, bytes]:
        """Status and body for a post; taking the message where that is its answer."""
        scheme, _, credentials = authorization.partition(" ")
        if scheme != "Basic" or b64decode(credentials).decode() != f"{SID}:{TOKEN}":
            return 401, _error(20003, f"Authenticate with {credentials} of {SID}")
        if path != PATH:
            return 404, _error(20404, "not found")
        answer = self.answers.pop(0) if self.answers else (201, b"")
        if answer[0] in {201, self.DROP[0], self.MUTE[0]}:
            self.messages.append(dict(parse_qsl(body.decode(), strict_parsing=True)))
        if answer == (201, b""):
            return 201, json.dumps({"sid": f"SM{len(self.messages)}", "status": "queued"}).encode()
        return answer

    def _handler(gateway) -> type[BaseHTTPRequestHandler]:
        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                status, answer = gateway.answer(self.path, self.headers.get("Authorization", ""), body)
                if status < 0:
                    if (status, answer) == gateway.MUTE:
                        gateway.unmuted.wait(10)
                    self.close_connection = True
                    return
                self.send_response(status)
                self.send_header("Content-Length", str(len(answer)))
                self.end_headers()
                self.wfile.write(answer)

            def log_message(self, *args: object) -> None:
                """Tests stay quiet."""

        return Handler


def refusal(status: int, code: int, message: str) -> tuple[int, bytes]:
    """An answer as Twilio refuses with."""
    return status, _error(code, message)


def _error(code: int, message: str) -> bytes:
    return json.dumps({"code": code, "message": message, "more_info": "https://example.com"}).encode()


@pytest.fixture
def twilio_gateway() -> Iterator[TwilioGateway]:
    """A running gateway with Twilio's interface."""
    gateway = TwilioGateway()
    yield gateway
    gateway.stop()
