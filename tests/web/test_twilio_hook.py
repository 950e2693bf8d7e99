"""What Twilio posts to /hooks/twilio: status callbacks and customers' replies."""

from dataclasses import replace

import pytest
from flask import Flask

from cxweb.core import clock
from cxweb.core.senders.signatures import signed_by_twilio
from cxweb.notifications.queries import opted_out
from tests.factories import Factory
from tests.hooks import announced, post_twilio
from tests.page import Client
from tests.sending import NOON, completed, leave_in_doubt, row, send
from tests.twilio_server import TwilioGateway


@pytest.fixture
def twilio(app: Flask, twilio_gateway: TwilioGateway) -> TwilioGateway:
    """The Twilio gateway as the application's."""
    app.config["CXWEB"] = replace(app.config["CXWEB"], sms_url=twilio_gateway.url())
    return twilio_gateway


@pytest.mark.parametrize(
    ("status", "state", "error"),
    [
        ("sent", "sent", None),
        ("delivered", "delivered", None),
        ("undelivered", "failed", "undelivered 30003"),
        ("failed", "failed", "failed 30003"),
        ("unheard-of", "sent", None),
    ],
)
def test_twilios_status_moves_the_message_of_our_reference(
    client: Client, make: Factory, twilio: TwilioGateway, status: str, state: str, error: str | None
) -> None:
    order = announced(make)
    form = {"MessageStatus": status, "MessageSid": "SM1", "ErrorCode": "30003", "To": "+33612345678"}
    answer = post_twilio(client, form, row(order, "sms").dedupe_key)
    assert (answer.status_code, answer.text, answer.mimetype) == (200, "<Response/>", "text/xml")
    assert (row(order, "sms").state, row(order, "sms").last_error) == (state, error)


def test_twilios_status_ends_a_doubt_by_our_reference_alone(
    client: Client, make: Factory, twilio: TwilioGateway
) -> None:
    twilio.answers = [TwilioGateway.DROP]
    with clock.showing(NOON):
        order = completed(make, notify="sms")
    assert send(order, "sms", NOON).state == "uncertain"
    callback = twilio.messages[0]["StatusCallback"].removeprefix("http://localhost/hooks/twilio?ref=")
    assert callback == row(order, "sms").dedupe_key.replace(":", "%3A")
    post_twilio(client, {"MessageStatus": "sent", "MessageSid": "SM7"}, row(order, "sms").dedupe_key)
    message = row(order, "sms")
    assert (message.state, message.provider_id, message.sent_at, message.last_error) == ("sent", "SM7", NOON, None)


def test_twilios_status_before_our_commit_ends_the_lease(client: Client, make: Factory, twilio: TwilioGateway) -> None:
    with clock.showing(NOON):
        order = completed(make, notify="sms")
        leave_in_doubt(row(order, "sms"))
    post_twilio(client, {"MessageStatus": "delivered", "MessageSid": "SM7"}, row(order, "sms").dedupe_key)
    message = row(order, "sms")
    assert (message.state, message.lease_token, message.sent_at) == ("delivered", None, NOON)


@pytest.mark.parametrize(
    ("form", "stops"),
    [
        ({"Body": "Stop"}, True),
        ({"Body": "ARRÊT"}, True),
        ({"Body": "whatever", "OptOutType": "STOP"}, True),
        ({"Body": "merci"}, False),
        ({"Body": "HELP", "OptOutType": "HELP"}, False),
        ({}, False),
    ],
)
def test_a_reply_over_twilio_stops_and_starts_messages(
    client: Client, twilio: TwilioGateway, form: dict[str, str], stops: bool
) -> None:
    sender = {"From": "+33612345678", "MessageSid": "SM9", "SmsStatus": "received"}
    assert post_twilio(client, {**sender, **form}).status_code == 200
    assert opted_out("sms", "+33612345678") == stops
    post_twilio(client, {**sender, "Body": "start"})
    assert not opted_out("sms", "+33612345678")


def test_what_twilio_did_not_sign_is_refused(client: Client, make: Factory, twilio: TwilioGateway) -> None:
    order = announced(make)
    form = {"MessageStatus": "delivered", "MessageSid": "SM1"}
    assert post_twilio(client, form, row(order, "sms").dedupe_key, token="other").status_code == 403
    assert client.post("/hooks/twilio", form).status_code == 403
    assert row(order, "sms").state == "sent"


def test_twilios_own_example_of_a_signature_is_accepted() -> None:
    """The example of Twilio's documentation on webhook security."""
    form = {
        "CallSid": ["CA1234567890ABCDE"],
        "Caller": ["+14158675309"],
        "Digits": ["1234"],
        "From": ["+14158675309"],
        "To": ["+18005551212"],
    }
    url, given = "https://mycompany.com/myapp.php?foo=1&bar=2", "RSOYDt4T1cUTdK1PDd93/VVr8B8="
    assert signed_by_twilio("12345", url, form, given)
    assert not signed_by_twilio("12345", url + "&x", form, given)
