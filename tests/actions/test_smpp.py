"""Sending over SMPP, against a gateway that takes real packets apart."""

import logging
import ssl
import time
from collections.abc import Iterator

import pytest
from flask import Flask

from cxweb.core import clock
from cxweb.core.senders.gsm import encoded
from cxweb.core.senders.protocol import Accepted, InDoubt, Message, Outcome, RefusedForGood, RefusedForNow
from cxweb.core.senders.smpp import Smpp
from cxweb.settings import InvalidSetting
from tests.factories import Factory
from tests.sending import NOON, completed, send_sms
from tests.servers import free_port, wait_for
from tests.smpp_server import SmppGateway

LONG = "Boulangerie Léon : votre commande a été livrée. " * 5


def message(text: str = "C'est livré €") -> Message:
    return Message("order-completed:1:sms", "sms", "+33612345678", "Léon", "", text, None, "fr")


def sent(server: SmppGateway, text: str = "C'est livré €", options: str = "", seconds: float = 5) -> Outcome:
    return Smpp(server.url(options)).send(message(text), time.monotonic() + seconds)


def test_a_message_is_submitted_in_the_seven_bit_alphabet_and_asks_for_a_receipt(smpp_gateway: SmppGateway) -> None:
    assert sent(smpp_gateway) == Accepted("m1")
    [taken] = smpp_gateway.submitted
    assert taken.source == (5, 0, "Boulanger")
    assert taken.destination == (1, 1, "33612345678")
    assert (taken.coding, taken.registered, taken.esm_class, taken.payload) == (0, 1, 0, None)
    assert taken.short_message == b"C'est livr\x05 \x1b\x65"
    assert smpp_gateway.binds == [("transmitter", "shop", "s3cret", "web")]
    wait_for(lambda: smpp_gateway.unbound == 1)


@pytest.mark.parametrize(
    ("sender", "source"),
    [("%2B33700", (1, 1, "33700")), ("+33700", (1, 1, "33700")), ("38000", (0, 0, "38000")), ("Leon", (5, 0, "Leon"))],
)
def test_the_sender_is_a_number_or_a_name(smpp_gateway: SmppGateway, sender: str, source: tuple[int, int, str]) -> None:
    url = f"smpp://shop:s3cret@127.0.0.1:{smpp_gateway.port}/?from={sender}"
    Smpp(url).send(message(), time.monotonic() + 5)
    assert smpp_gateway.submitted[0].source == source


def test_other_alphabets_leave_in_ucs_2(smpp_gateway: SmppGateway) -> None:
    text = "Livré à l'hôtel 🎉 مرحبا"
    assert sent(smpp_gateway, text) == Accepted("m1")
    [taken] = smpp_gateway.submitted
    assert (taken.coding, taken.short_message) == (8, text.encode("utf-16-be"))


@pytest.mark.parametrize("text", [LONG, "ê" * 71, "€" * 81])
def test_a_long_text_leaves_in_one_packet_for_the_gateway_to_split(smpp_gateway: SmppGateway, text: str) -> None:
    assert sent(smpp_gateway, text) == Accepted("m1")
    [taken] = smpp_gateway.submitted
    assert (taken.short_message, taken.payload, taken.esm_class) == (b"", encoded(text).octets, 0)


@pytest.mark.parametrize(("text", "parts"), [(LONG, 2), ("ê" * 71, 2), ("€" * 81, 2), ("🎉" * 67, 3), ("a" * 160, 1)])
def test_with_split_udh_the_parts_join_to_the_same_text(smpp_gateway: SmppGateway, text: str, parts: int) -> None:
    assert sent(smpp_gateway, text, "&split=udh") == Accepted(f"m{parts}")
    octets, heads = b"", set()
    for number, taken in enumerate(smpp_gateway.submitted, 1):
        part = taken.short_message
        if parts > 1:
            assert (taken.esm_class, part[:3], part[4:6]) == (0x40, b"\5\0\3", bytes([parts, number]))
            assert len(part) <= (159 if taken.coding == 0 else 140)
            heads.add(part[3])
            part = part[6:]
            # No escape and no surrogate pair is cut in two.
            assert part[-1:] != b"\x1b" if taken.coding == 0 else part.decode("utf-16-be")
        octets += part
    assert (octets, len(smpp_gateway.submitted), len(heads)) == (encoded(text).octets, parts, int(parts > 1))


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        (0x58, RefusedForNow("0x58 Throttling error (ESME has exceeded allowed message limits)")),
        (0x14, RefusedForNow("0x14 Message Queue is full")),
        (0x08, RefusedForNow("0x08 System Error", gateway_down=True)),
        (0x0B, RefusedForGood("0x0b Invalid Destination Address")),
        (0x45, RefusedForGood("0x45 submit_sm or submit_multi failed")),
        (0x404, RefusedForGood("0x404 of the gateway itself")),
    ],
)
def test_a_refusal_is_read_by_its_status(smpp_gateway: SmppGateway, status: int, expected: Outcome) -> None:
    smpp_gateway.answers = [status]
    assert sent(smpp_gateway) == expected
    assert smpp_gateway.submitted == []


@pytest.mark.parametrize("lost", [SmppGateway.DROP, SmppGateway.MUTE])
def test_a_lost_answer_stays_in_doubt(smpp_gateway: SmppGateway, lost: int) -> None:
    smpp_gateway.answers = [lost]
    assert isinstance(sent(smpp_gateway, seconds=0.7), InDoubt)
    found = Smpp(smpp_gateway.url())
    assert not found.resolves_doubt
    assert isinstance(found.after_doubt("order-completed:1:sms", time.monotonic() + 5), InDoubt)
    assert len(smpp_gateway.submitted) == 1


def test_a_part_refused_after_another_was_taken_is_in_doubt(smpp_gateway: SmppGateway) -> None:
    smpp_gateway.answers = [0, 0x58]
    assert isinstance(sent(smpp_gateway, LONG, "&split=udh"), InDoubt)


def test_a_text_of_more_parts_than_there_are_numbers_is_refused(smpp_gateway: SmppGateway) -> None:
    assert isinstance(sent(smpp_gateway, "a" * 40_000, "&split=udh"), RefusedForGood)
    assert smpp_gateway.binds == []


def test_a_gateway_that_is_away_or_refuses_us_was_told_nothing(
    smpp_gateway: SmppGateway, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    wrong = Smpp(smpp_gateway.url(user="shop:wr0ngpw"))
    away = Smpp(f"smpp://shop:wr0ngpw@127.0.0.1:{free_port()}/?from=Leon")
    for found, why in ((wrong, "0x0e Invalid Password"), (away, "Connection refused")):
        outcome = found.send(message(), time.monotonic() + 5)
        assert isinstance(outcome, RefusedForNow)
        assert outcome.gateway_down
        assert why in outcome.why
        assert "wr0ngpw" not in f"{outcome!r} {found!r} {found.account!r} {caplog.text}"
        assert b"wr0ngpw".hex() not in caplog.text
    assert smpp_gateway.submitted == []


def test_a_process_that_was_frozen_past_its_time_sends_nothing(smpp_gateway: SmppGateway) -> None:
    assert isinstance(sent(smpp_gateway, seconds=-1), RefusedForNow)
    assert smpp_gateway.binds == []


@pytest.fixture
def secure_gateway(certificate: ssl.SSLContext) -> Iterator[SmppGateway]:
    """An SMPP gateway over TLS."""
    gateway = SmppGateway(certificate)
    yield gateway
    gateway.stop()


def test_smpps_speaks_tls_and_checks_the_certificate(
    secure_gateway: SmppGateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert sent(secure_gateway) == Accepted("m1")
    monkeypatch.delenv("SSL_CERT_FILE")
    assert isinstance(sent(secure_gateway), RefusedForNow)
    assert len(secure_gateway.submitted) == 1


@pytest.mark.parametrize(
    "url",
    [
        "smpp://:s3cret@127.0.0.1/?from=Leon",
        "smpp://shop:s3cret@127.0.0.1/",
        "smpp://shop:s3cret-too-long@127.0.0.1/?from=Leon",
        "smpp://shop:s3cret@127.0.0.1/?from=L%C3%A9on",
        "smpp://shop:s3cret@127.0.0.1:x/?from=Leon",
    ],
)
def test_an_address_that_cannot_be_used_is_named(url: str) -> None:
    with pytest.raises(InvalidSetting, match="CXWEB_SMS_URL") as refused:
        Smpp(url)
    assert "s3cret" not in str(refused.value)


def test_an_order_is_announced_and_in_doubt_uncertain(app: Flask, make: Factory, smpp_gateway: SmppGateway) -> None:
    smpp_gateway.answers = [0, SmppGateway.DROP]
    with clock.showing(NOON):
        orders = [completed(make, notify="sms", customer={"ref": f"C-{n}", "phone": "0612345678"}) for n in (1, 2)]
    states = [send_sms(app, smpp_gateway.url(), order) for order in orders]
    assert [(found.state, found.provider_id) for found in states] == [("sent", "m1"), ("uncertain", None)]
    assert len(smpp_gateway.submitted) == 2
