"""A gateway behind a network that swallows packets: noticed soon, whatever the gateway, and nothing is in doubt."""

import socket
import time
from collections.abc import Iterator
from dataclasses import replace

import pytest

from cxweb.core.senders import protocol
from cxweb.core.senders.protocol import Message, RefusedForNow, Sender
from cxweb.core.senders.smpp import Smpp
from cxweb.core.senders.sms_http import SmsHttp
from cxweb.core.senders.smtp import Smtp
from cxweb.core.senders.twilio import Twilio

MESSAGE = Message("order-completed:1:sms", "sms", "+33612345678", "Léon", "", "Livré", None, "fr")


@pytest.fixture
def deaf_port() -> Iterator[int]:
    """A port whose queue of connections is full: nobody answers a further one, nor refuses it."""
    with socket.socket() as deaf:
        deaf.bind(("127.0.0.1", 0))
        deaf.listen(0)
        fillers = [socket.socket() for _ in range(4)]
        for filler in fillers:
            filler.setblocking(False)
            filler.connect_ex(deaf.getsockname())
        yield deaf.getsockname()[1]
        for filler in fillers:
            filler.close()


def test_a_connection_is_given_ten_seconds_at_the_most() -> None:
    assert protocol.CONNECT_S <= 10
    assert protocol.connecting(time.monotonic() + 3) <= 3


@pytest.mark.parametrize("kind", ["smtp", "json", "twilio", "smpp"])
def test_a_message_waits_no_longer_than_a_connection_may_take(
    deaf_port: int, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    monkeypatch.setattr(protocol, "CONNECT_S", 0.4)
    host = f"127.0.0.1:{deaf_port}"
    senders: dict[str, Sender] = {
        "smtp": Smtp(f"smtp://{host}", "no-reply@shop.example"),
        "json": SmsHttp(f"http+json://{host}/send"),
        "twilio": Twilio(f"twilio+http://AC1:token@{host}/?from=Leon", "https://suivi.example.com"),
        "smpp": Smpp(f"smpp://shop:s3cret@{host}/?from=Leon"),
    }
    started = time.monotonic()
    recipient = "ann@example.com" if kind == "smtp" else MESSAGE.recipient
    outcome = senders[kind].send(replace(MESSAGE, recipient=recipient), started + 30)
    assert isinstance(outcome, RefusedForNow)
    assert outcome.gateway_down
    assert 0.3 < time.monotonic() - started < 3
