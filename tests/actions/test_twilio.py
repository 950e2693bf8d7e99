"""The gateway with Twilio's interface, against a real local server."""

import logging
import time
from base64 import b64encode

import pytest
from flask import Flask

from cxweb.core import clock
from cxweb.core.senders.protocol import Accepted, InDoubt, Message, Outcome, RefusedForGood, RefusedForNow
from cxweb.core.senders.twilio import Twilio
from cxweb.settings import InvalidSetting
from tests.factories import Factory
from tests.sending import NOON, completed, send_sms
from tests.servers import free_port
from tests.twilio_server import SID, TOKEN, USER, TwilioGateway, refusal

SMS = Message("order-completed:1:sms", "sms", "+33612345678", "Léon", "", "C'est livré & réglé", None, "fr")
BASE = "https://suivi.example.com"


def sent(server: TwilioGateway, seconds: float = 5, **url: str) -> Outcome:
    return Twilio(server.url(**url), BASE).send(SMS, time.monotonic() + seconds)


def test_a_message_is_posted_with_the_address_that_its_receipts_come_to(twilio_gateway: TwilioGateway) -> None:
    assert sent(twilio_gateway) == Accepted("SM1")
    assert twilio_gateway.messages == [
        {
            "To": "+33612345678",
            "From": "+33700000000",
            "Body": "C'est livré & réglé",
            "StatusCallback": f"{BASE}/hooks/twilio?ref=order-completed%3A1%3Asms",
        }
    ]


@pytest.mark.parametrize(
    ("sender", "field", "value"),
    [
        ("+33700000000", "From", "+33700000000"),
        ("%2B33700000000", "From", "+33700000000"),
        ("Chez%20Leon", "From", "Chez Leon"),
        ("MG0123456789abcdef", "MessagingServiceSid", "MG0123456789abcdef"),
    ],
)
def test_the_sender_is_a_number_a_name_or_a_messaging_service(
    twilio_gateway: TwilioGateway, sender: str, field: str, value: str
) -> None:
    sent(twilio_gateway, sender=sender)
    assert twilio_gateway.messages[0][field] == value


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (refusal(400, 21211, "no number"), RefusedForGood("400 21211 no number")),
        (refusal(400, 21610, "unsubscribed"), RefusedForGood("400 21610 unsubscribed")),
        (refusal(429, 20429, "too many"), RefusedForNow("429 20429 too many")),
        (refusal(403, 20003, "suspended"), RefusedForNow("403 20003 suspended", gateway_down=True)),
        (refusal(500, 20500, "oops"), InDoubt("500 20500 oops")),
        (refusal(503, 20503, "oops"), InDoubt("503 20503 oops")),
        ((201, b"<html>"), InDoubt("201")),
        ((200, b'{"sid": "SM1"}'), InDoubt("200")),
        ((201, b'{"sid": ""}'), InDoubt("201")),
        ((201, b"[]"), InDoubt("201")),
    ],
)
def test_an_answer_is_read_by_its_status(
    twilio_gateway: TwilioGateway, answer: tuple[int, bytes], expected: Outcome
) -> None:
    twilio_gateway.answers = [answer]
    assert sent(twilio_gateway) == expected


@pytest.mark.parametrize("lost", [TwilioGateway.DROP, TwilioGateway.MUTE])
def test_a_lost_answer_stays_in_doubt(twilio_gateway: TwilioGateway, lost: tuple[int, bytes]) -> None:
    twilio_gateway.answers = [lost]
    assert isinstance(sent(twilio_gateway, seconds=0.5), InDoubt)
    found = Twilio(twilio_gateway.url(), BASE)
    assert not found.resolves_doubt
    assert isinstance(found.after_doubt(SMS.ref, time.monotonic() + 5), InDoubt)
    assert len(twilio_gateway.messages) == 1


def test_a_gateway_that_is_away_was_told_nothing() -> None:
    away = Twilio(f"twilio+http://{USER}@127.0.0.1:{free_port()}/?from=Leon", BASE)
    outcome = away.send(SMS, time.monotonic() + 5)
    assert isinstance(outcome, RefusedForNow)
    assert outcome.gateway_down
    assert "ConnectionRefusedError" in outcome.why


def test_a_process_that_was_frozen_past_its_time_sends_nothing(twilio_gateway: TwilioGateway) -> None:
    assert isinstance(sent(twilio_gateway, seconds=-1), RefusedForNow)
    assert twilio_gateway.messages == []


def test_a_wrong_password_stops_the_gateway_and_shows_nothing_of_it(
    twilio_gateway: TwilioGateway, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    found = Twilio(twilio_gateway.url(user=f"{SID}:wr0ng-pass"), BASE)
    outcome = found.send(SMS, time.monotonic() + 5)
    assert isinstance(outcome, RefusedForNow)
    assert outcome.gateway_down
    shown = f"{outcome!r} {found!r} {caplog.text}"
    for secret in ("wr0ng-pass", SID, b64encode(f"{SID}:wr0ng-pass".encode()).decode()):
        assert secret not in shown


def test_an_error_shows_no_number(twilio_gateway: TwilioGateway) -> None:
    twilio_gateway.answers = [refusal(400, 21211, "+33612345678 and 33612345678 are no numbers")]
    assert sent(twilio_gateway) == RefusedForGood("400 21211 … and … are no numbers")


@pytest.mark.parametrize(
    "url",
    [
        "twilio://api.example/?from=Leon",
        "twilio://AC1@api.example/?from=Leon",
        "twilio://AC1:token@api.example/",
        "twilio+http://AC1:token@api.example/?from=Leon",
        "twilio+http://AC1:token@10.0.0.1/?from=Leon",
        "twilio://AC1:token@api.example:x/?from=Leon",
    ],
)
def test_an_address_that_cannot_be_used_is_named(url: str) -> None:
    with pytest.raises(InvalidSetting, match="CXWEB_SMS_URL") as refused:
        Twilio(url, BASE)
    assert "token" not in str(refused.value)


def test_a_gateway_far_away_is_not_given_a_callback_on_this_machine() -> None:
    far = Twilio(f"twilio://{USER}@api.example/?from=Leon", "http://127.0.0.1:8000")
    assert far.callback == ""
    assert far.token == TOKEN


def test_an_order_is_announced_and_in_doubt_uncertain(app: Flask, make: Factory, twilio_gateway: TwilioGateway) -> None:
    twilio_gateway.answers = [(201, b""), TwilioGateway.DROP]
    with clock.showing(NOON):
        orders = [completed(make, notify="sms", customer={"ref": f"C-{n}", "phone": "0612345678"}) for n in (1, 2)]
    states = [send_sms(app, twilio_gateway.url(), order) for order in orders]
    assert [(message.state, message.provider_id) for message in states] == [("sent", "SM1"), ("uncertain", None)]
    assert len(twilio_gateway.messages) == 2
