"""SMS gateways over TLS: only one whose certificate is known is told anything."""

import ssl
import threading
import time
from collections.abc import Callable, Iterator
from http.server import ThreadingHTTPServer

import pytest

from cxweb.core.senders.protocol import Accepted, Message, RefusedForNow, Sender
from cxweb.core.senders.sms_http import SmsHttp
from cxweb.core.senders.twilio import Twilio
from tests.servers import SmsGateway
from tests.twilio_server import USER, TwilioGateway

MESSAGE = Message("order-completed:1:sms", "sms", "+33612345678", "Léon", "", "Livré", None, "fr")
BASE = "https://suivi.example.com"
KINDS: dict[str, Callable[[int], Sender]] = {
    "json": lambda port: SmsHttp(f"https+json://localhost:{port}/send?key=k&lookup=/find?ref="),
    "twilio": lambda port: Twilio(f"twilio://{USER}@localhost:{port}/?from=Leon", BASE),
}


@pytest.fixture(params=KINDS)
def secure(
    request: pytest.FixtureRequest,
    certificate: ssl.SSLContext,
    sms_gateway: SmsGateway,
    twilio_gateway: TwilioGateway,
) -> Iterator[tuple[Callable[[], Sender], Callable[[], int]]]:
    """How to make a sender to a gateway behind TLS, and how many messages that has taken."""
    gateway = sms_gateway if request.param == "json" else twilio_gateway
    server = ThreadingHTTPServer(("127.0.0.1", 0), gateway._handler())
    server.daemon_threads = True
    server.socket = certificate.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    taken = (lambda: len(sms_gateway.deliveries)) if request.param == "json" else lambda: len(twilio_gateway.messages)
    yield lambda: KINDS[request.param](server.server_address[1]), taken
    server.shutdown()
    server.server_close()
    thread.join()


def test_a_known_certificate_lets_messages_through(
    secure: tuple[Callable[[], Sender], Callable[[], int]],
) -> None:
    make, taken = secure
    sender = make()
    for _ in range(2):
        assert isinstance(sender.send(MESSAGE, time.monotonic() + 5), Accepted)
    assert taken() == 2


def test_an_unknown_certificate_gets_nothing(
    secure: tuple[Callable[[], Sender], Callable[[], int]], monkeypatch: pytest.MonkeyPatch
) -> None:
    make, taken = secure
    monkeypatch.delenv("SSL_CERT_FILE")
    outcome = make().send(MESSAGE, time.monotonic() + 5)
    assert isinstance(outcome, RefusedForNow)
    assert outcome.gateway_down
    assert "certificate" in outcome.why.lower()
    assert taken() == 0
