"""What gateways post to /hooks: only what they signed counts, once, and nothing of it breaks anything."""

import base64
import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from cxweb.core.db import session
from cxweb.notifications.models import OptOut
from cxweb.notifications.queries import opted_out
from tests.factories import Factory
from tests.hooks import KEY, announced, post, signature
from tests.page import Client
from tests.sending import NOON, row, texting
from tests.servers import MailServer, SmsGateway


@pytest.fixture
def hooked(app: Flask, sms_gateway: SmsGateway, mailing: MailServer) -> SmsGateway:
    """Both generic gateways, each with a key for its hook."""
    settings = app.config["CXWEB"]
    url = sms_gateway.url("&idempotency=1").replace("key=k3y", f"key={KEY}")
    app.config["CXWEB"] = replace(settings, sms_url=url, smtp_url=f"{mailing.url}?hook_key={KEY}")
    return sms_gateway


@pytest.mark.parametrize(
    ("event", "state", "error"),
    [("delivered", "delivered", None), ("failed", "failed", "absent"), ("sent", "sent", None)],
)
@pytest.mark.parametrize("by", ["ref", "id"])
def test_a_receipt_moves_its_message(
    client: Client, make: Factory, hooked: SmsGateway, event: str, state: str, error: str | None, by: str
) -> None:
    order = announced(make)
    message = row(order, "sms")
    known = message.dedupe_key if by == "ref" else message.provider_id
    answer = post(client, "sms", {by: known, "event": event, "reason": "absent"})
    assert (answer.status_code, answer.json) == (200, {"status": "recorded"})
    message = row(order, "sms")
    assert (message.state, message.last_error) == (state, error)
    assert message.delivered_at == (NOON if event == "delivered" else None)


def test_mails_bounce_complain_and_arrive(client: Client, make: Factory, hooked: SmsGateway) -> None:
    order = announced(make, "email")
    message_id = row(order, "email").provider_id
    assert post(client, "email", {"id": message_id, "event": "delivered"}).status_code == 200
    assert row(order, "email").state == "delivered"
    assert post(client, "email", {"id": message_id, "event": "complaint"}).status_code == 200
    assert row(order, "email").state == "delivered"
    found = session().scalars(select(OptOut)).one()
    assert (found.channel, found.contact, found.source) == ("email", "ann@example.com", "stop")
    assert found.created_by == "gateway:email"


def test_a_hard_bounce_fails_the_message_and_ends_mails_to_the_address(
    client: Client, make: Factory, hooked: SmsGateway
) -> None:
    order = announced(make, "email")
    bounce = {"ref": row(order, "email").dedupe_key, "event": "bounce", "reason": "550 no ann@example.com\r\nhere"}
    for _ in range(2):
        assert post(client, "email", bounce).status_code == 200
    message = row(order, "email")
    assert (message.state, message.last_error) == ("failed", "550 no … here")
    assert session().scalars(select(OptOut)).one().source == "bounce"
    assert opted_out("email", "ann@example.com")
    assert not opted_out("sms", "+33612345678")


@pytest.mark.parametrize("number", ["+33612345678", "33612345678", "06 12 34 56 78"])
def test_stop_and_start_by_number(client: Client, app: Flask, hooked: SmsGateway, number: str) -> None:
    for _ in range(2):
        assert post(client, "sms", {"event": "stop", "from": number}).status_code == 200
        assert opted_out("sms", "+33612345678")
    for _ in range(2):
        assert post(client, "sms", {"event": "start", "from": number}).status_code == 200
        assert not opted_out("sms", "+33612345678")


UNSIGNED: list[tuple[str, dict[str, Any]]] = [
    ("another key", {"key": b"other"}),
    ("too old", {"at": NOON - timedelta(seconds=301)}),
    ("too far ahead", {"at": NOON + timedelta(seconds=301)}),
    ("another id", {"webhook_id": "e2"}),
    ("no id", {"webhook_id": ""}),
    ("another time", {"webhook_timestamp": str(int(NOON.timestamp()) + 1)}),
    ("an odd time", {"webhook_timestamp": "٣"}),
    ("a long time", {"webhook_timestamp": "9" * 5_000}),
    ("no signature", {"webhook_signature": ""}),
    ("another version", {"webhook_signature": "v2,AAAA"}),
]


@pytest.mark.parametrize(("why", "changes"), UNSIGNED, ids=[why for why, _ in UNSIGNED])
def test_what_is_not_signed_now_by_the_gateway_changes_nothing(
    client: Client, make: Factory, hooked: SmsGateway, why: str, changes: dict[str, Any]
) -> None:
    order = announced(make)
    answer = post(client, "sms", {"ref": row(order, "sms").dedupe_key, "event": "delivered"}, **changes)
    assert answer.status_code == 403
    assert answer.json is not None
    assert "signature" in answer.json["error"]
    assert row(order, "sms").state == "sent"


def test_one_of_several_signatures_is_enough_and_a_marked_key_is_decoded(
    client: Client, app: Flask, hooked: SmsGateway
) -> None:
    secret = b"\x00\xff" * 16
    marked = f"whsec_{base64.b64encode(secret).decode()}"
    settings = app.config["CXWEB"]
    url = settings.sms_url.replace(KEY, marked.replace("+", "%2B"))
    app.config["CXWEB"] = replace(settings, sms_url=url)
    body = {"event": "stop", "from": "+33612345678"}
    timestamp = str(int(NOON.timestamp()))
    both = f"v1,AAAA {signature(secret, 'e1', timestamp, json.dumps(body).encode())}"
    assert post(client, "sms", body, webhook_signature=both).status_code == 200
    assert post(client, "sms", body).status_code == 403


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"\xff",
        b"[" * 60_000,
        [],
        {"event": "opened", "ref": "x"},
        {"event": "bounce", "ref": "x"},
        {"event": ["stop"], "from": "+33612345678"},
        {"event": "delivered"},
        {"event": "delivered", "ref": {"a": 1}},
        {"event": "delivered", "ref": "a\x00b"},
        {"event": "delivered", "id": "\ud800"},
    ],
)
def test_a_signed_body_that_says_nothing_is_refused(client: Client, hooked: SmsGateway, body: Any) -> None:
    answer = post(client, "sms", body)
    assert answer.status_code == 400
    assert answer.json is not None
    assert answer.json["error"]


def test_odd_reasons_are_kept_as_a_line_of_text(client: Client, make: Factory, hooked: SmsGateway) -> None:
    order = announced(make)
    ref = row(order, "sms").dedupe_key
    reason = "no\x00 \ud800\u202e" + "n" * 10_000
    assert post(client, "sms", {"ref": ref, "event": "failed", "reason": reason}).status_code == 200
    found = row(order, "sms").last_error or ""
    assert found.startswith("no ?")
    assert len(found) == 300


@pytest.mark.parametrize("body", [{"ref": "order-completed:99:sms"}, {"id": "sms-99"}, {"id": 99}])
def test_an_unknown_message_changes_nothing_and_may_come_again(
    client: Client, make: Factory, hooked: SmsGateway, body: dict[str, Any]
) -> None:
    order = announced(make)
    assert post(client, "sms", {**body, "event": "delivered", "from": "+33612345678"}).status_code == 404
    assert row(order, "sms").state == "sent"
    assert session().scalar(select(OptOut)) is None


def test_one_channels_gateway_tells_nothing_of_the_others_messages(
    client: Client, make: Factory, hooked: SmsGateway
) -> None:
    order = announced(make, "email")
    assert post(client, "sms", {"ref": row(order, "email").dedupe_key, "event": "failed"}).status_code == 404
    assert row(order, "email").state == "sent"


@pytest.mark.parametrize("name", ["twilio", "smpp", "other", "sms", "email"])
def test_a_gateway_that_is_not_set_or_has_no_key_is_not_found(
    client: Client, app: Flask, make: Factory, mailing: MailServer, sms_gateway: SmsGateway, name: str
) -> None:
    texting(app, sms_gateway)
    app.config["CXWEB"] = replace(app.config["CXWEB"], sms_url=sms_gateway.url().replace("key=k3y", "key="))
    assert post(client, name, {"event": "stop", "from": "+33612345678"}, key=b"").status_code == 404
    assert client.get("/hooks/sms").status_code == 405


def test_a_body_beyond_the_limit_is_refused(client: Client, hooked: SmsGateway) -> None:
    assert post(client, "sms", b"x" * 70_000).status_code == 413


def test_a_hook_needs_and_sets_no_cookie(client: Client, hooked: SmsGateway) -> None:
    answer = post(client, "sms", {"event": "stop", "from": "+33612345678"})
    assert "Set-Cookie" not in answer.headers
    assert answer.headers["Cache-Control"] == "no-store"
