"""Posting to /hooks as gateways do, each with its own signature."""

import base64
import hashlib
import hmac
import json
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from werkzeug.test import TestResponse

from cxweb.core import clock
from cxweb.orders.models import Order
from tests.factories import Factory
from tests.page import Client
from tests.sending import NOON, completed, send
from tests.twilio_server import TOKEN

KEY = "h00k-k3y"


def signature(key: bytes, id_: str, timestamp: str, body: bytes) -> str:
    digest = hmac.new(key, f"{id_}.{timestamp}.".encode() + body, hashlib.sha256).digest()
    return f"v1,{base64.b64encode(digest).decode()}"


def post(
    client: Client,
    gateway: str,
    body: Any,
    *,
    key: bytes = KEY.encode(),
    at: datetime = NOON,
    now: datetime = NOON,
    **headers: str,
) -> TestResponse:
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    timestamp = str(int(at.timestamp()))
    signed = {"webhook-id": "e1", "webhook-timestamp": timestamp}
    signed |= {"webhook-signature": signature(key, "e1", timestamp, raw)}
    signed |= {name.replace("_", "-"): value for name, value in headers.items()}
    with clock.showing(now):
        return client.post(f"/hooks/{gateway}", raw, headers=signed, content_type="application/json")


def post_twilio(client: Client, form: dict[str, Any], ref: str = "", token: str = TOKEN) -> TestResponse:
    path = "/hooks/twilio" + (f"?{urlencode({'ref': ref})}" if ref else "")
    signed = "http://localhost" + path + "".join(name + form[name] for name in sorted(form))
    digest = base64.b64encode(hmac.new(token.encode(), signed.encode(), hashlib.sha1).digest()).decode()
    with clock.showing(NOON):
        return client.post(path, form, headers={"X-Twilio-Signature": digest})


def announced(make: Factory, channel: str = "sms") -> Order:
    with clock.showing(NOON):
        order = completed(make, notify=channel)
    assert send(order, channel, NOON).state == "sent"
    return order
