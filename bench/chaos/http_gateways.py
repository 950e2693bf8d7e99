"""Gateways over HTTP: the generic JSON protocol with or without keys and look-up, and one with Twilio's interface."""

import json
import threading
import time
from abc import ABC, abstractmethod
from dataclasses import dataclass, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, unquote

from bench.chaos.ledger import ACCEPT, DROP, REFUSE_FOR_GOOD, REFUSE_NOW, Ledger, has_gone


@dataclass(frozen=True)
class Sent:
    """A message as it came; `key` tells a repeat, where the gateway knows such a thing."""

    key: str
    recipient: str
    text: str


class HttpGateway(ABC):
    """Listens on the loopback interface and keeps the ledger."""

    STATUSES = {REFUSE_NOW: 503, REFUSE_FOR_GOOD: 422}

    def __init__(self, ledger: Ledger) -> None:
        self.ledger = ledger
        self.keys: set[str] = set()
        self._lock = threading.Lock()
        self._server = _Server(("127.0.0.1", 0), _handler(self))
        self.host = f"127.0.0.1:{self._server.server_address[1]}"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.1,), daemon=True)
        self._thread.start()

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    @abstractmethod
    def read(self, body: bytes) -> Sent: ...

    def answer(self, sent: Sent) -> dict[str, str]:
        return {"id": f"sms-{sent.key}"}

    def is_repeat(self, sent: Sent) -> bool:
        return False

    def take(self, sent: Sent) -> None:
        """Take the message; a repeat is answered as before and reaches nobody again."""
        with self._lock:
            if not self.is_repeat(sent):
                self.keys.add(sent.key)
                self.ledger.take(sent.recipient, sent.text)


class JsonGateway(HttpGateway):
    """The generic protocol; `options` go into its address and say what it can do."""

    def __init__(self, ledger: Ledger, options: str = "") -> None:
        super().__init__(ledger)
        self.idempotent = "idempotency=1" in options
        self.environment = {"CXWEB_SMS_URL": f"http+json://{self.host}/send?key=k3y{options}"}

    def read(self, body: bytes) -> Sent:
        fields = json.loads(body)
        return Sent(fields["ref"], fields["to"], fields["text"])

    def is_repeat(self, sent: Sent) -> bool:
        return self.idempotent and sent.key in self.keys


class TwilioGateway(HttpGateway):
    """It knows neither key nor look-up; a repeat is one more message."""

    STATUSES = {REFUSE_NOW: 429, REFUSE_FOR_GOOD: 400}

    def __init__(self, ledger: Ledger) -> None:
        super().__init__(ledger)
        self.environment = {"CXWEB_SMS_URL": f"twilio+http://AC0123456789:t0ken@{self.host}/?from=%2B33700000000"}

    def read(self, body: bytes) -> Sent:
        fields = {name: values[0] for name, values in parse_qs(body.decode()).items()}
        return Sent("", fields["To"], fields["Body"])

    def answer(self, sent: Sent) -> dict[str, str]:
        return {"sid": f"SM{sent.recipient}", "status": "queued"}


def _handler(gateway: HttpGateway) -> type[BaseHTTPRequestHandler]:
    ledger = gateway.ledger

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            sent = gateway.read(self.rfile.read(int(self.headers["Content-Length"])))
            answer = ledger.answer_to(sent.recipient)
            if answer.outcome == REFUSE_FOR_GOOD and gateway.is_repeat(sent):
                # What was taken once is not refused for good when its key comes again.
                answer = replace(answer, outcome=ACCEPT)
            with ledger.holding(sent.recipient, self.client_address[1]):
                if answer.takes and answer.takes_first:
                    gateway.take(sent)
                time.sleep(answer.hold_s)
                if answer.takes and not answer.takes_first:
                    gateway.take(sent)
                ledger.note(sent.recipient, answer.outcome)
                if has_gone(self.connection):
                    ledger.hung_up(sent.recipient)
            if answer.outcome == DROP:
                self.close_connection = True
            elif answer.takes:
                self._answer(201, gateway.answer(sent))
            else:
                self._answer(gateway.STATUSES[answer.outcome], {"error": "no"})

        def do_GET(self) -> None:
            """The look-up, which fails as often."""
            key = unquote(self.path.partition("?ref=")[2])
            answer = ledger.answer_to(f"look-up of {key}")
            if answer.outcome == DROP:
                self.close_connection = True
            elif not answer.takes:
                self._answer(503, {"error": "no"})
            elif key in gateway.keys:
                self._answer(200, {"id": f"sms-{key}"})
            else:
                self._answer(404, {})

        def _answer(self, status: int, fields: dict[str, str]) -> None:
            text = json.dumps(fields).encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(text)))
            self.end_headers()
            self.wfile.write(text)

        def log_message(self, *args: object) -> None:
            """Each call is in the ledger."""

    return Handler


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128

    def handle_error(self, *args: object) -> None:
        """A caller that was killed broke its connection: that is the point."""
