"""A gateway of the generic JSON protocol, with or without idempotency keys and look-up."""

import json
import select
import socket
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import unquote

from bench.chaos.ledger import DROP, REFUSE_FOR_GOOD, REFUSE_NOW, Ledger


class JsonGateway:
    """Listens on the loopback interface; `options` go into its address and say what it can do."""

    def __init__(self, ledger: Ledger, options: str = "") -> None:
        self.ledger = ledger
        self.idempotent = "idempotency=1" in options
        self.refs: dict[str, str] = {}
        self._lock = threading.Lock()
        self._server = _Server(("127.0.0.1", 0), self._handler())
        self.environment = {
            "CXWEB_SMS_URL": f"http+json://127.0.0.1:{self._server.server_address[1]}/send?key=k3y{options}"
        }
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.1,), daemon=True)
        self._thread.start()

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def take(self, ref: str, recipient: str, text: str) -> None:
        """Take the message; one whose key is known is answered as before and reaches nobody again."""
        with self._lock:
            if self.idempotent and ref in self.refs:
                return
            self.refs[ref] = f"sms-{ref}"
            self.ledger.take(recipient, text)

    def _handler(gateway) -> type[BaseHTTPRequestHandler]:
        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                ref, to, text = body["ref"], body["to"], body["text"]
                answer = gateway.ledger.answer_to(to)
                with gateway.ledger.holding(to, self.client_address[1]):
                    if answer.takes and answer.takes_first:
                        gateway.take(ref, to, text)
                    time.sleep(answer.hold_s)
                    if answer.takes and not answer.takes_first:
                        gateway.take(ref, to, text)
                    gateway.ledger.note(to, answer.outcome)
                    if _has_gone(self.connection):
                        gateway.ledger.hung_up(to)
                if answer.outcome == DROP:
                    self.close_connection = True
                else:
                    self._answer({REFUSE_NOW: 503, REFUSE_FOR_GOOD: 422}.get(answer.outcome, 201), ref)

            def do_GET(self) -> None:
                """The look-up, which fails as often."""
                ref = unquote(self.path.partition("?ref=")[2])
                answer = gateway.ledger.answer_to(f"look-up of {ref}")
                if answer.outcome == DROP:
                    self.close_connection = True
                elif answer.takes:
                    self._answer(200 if ref in gateway.refs else 404, ref)
                else:
                    self._answer(503, ref)

            def _answer(self, status: int, ref: str) -> None:
                text = json.dumps({"id": f"sms-{ref}"} if status < 300 else {"error": "no"}).encode()
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


def _has_gone(connection: socket.socket) -> bool:
    """Whether the caller has closed its end."""
    if not select.select([connection], [], [], 0)[0]:
        return False
    try:
        return connection.recv(1, socket.MSG_PEEK) == b""
    except OSError:
        return True
