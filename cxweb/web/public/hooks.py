"""What gateways and connectors post to us: receipts, STOP, how tasks went. A signature is all that lets anything in."""

import json
import re
from collections.abc import Mapping
from typing import Any

from flask import Response, current_app, jsonify, request
from werkzeug.exceptions import NotFound

from cxweb.actions.record_receipt import record_receipt
from cxweb.actions.take_arrival import take_arrival
from cxweb.core import clock
from cxweb.core.sealed import opened_or_none
from cxweb.core.senders.gateways import hook_key
from cxweb.core.senders.receipts import Receipt, wish
from cxweb.core.senders.signatures import signed_by_standard, signed_by_twilio
from cxweb.integrations import onfleet
from cxweb.integrations.queries import enabled
from cxweb.integrations.rules import ONFLEET, NotUnderstood

CHANNELS = {"twilio": "sms", "sms": "sms", "email": "email"}
# Which events each may tell.
EVENTS = {
    "sms": ("sent", "delivered", "failed", "stop", "start"),
    "email": ("sent", "delivered", "failed", "bounce", "complaint", "stop"),
}
TWILIO_STATES = {
    **dict.fromkeys(("accepted", "queued", "sending", "sent"), "sent"),
    **dict.fromkeys(("delivered", "read"), "delivered"),
    **dict.fromkeys(("undelivered", "failed", "canceled"), "failed"),
}
LONGEST = 300
WORD = re.compile("[A-Za-z0-9._~+=-]{1,128}")


class BadBody(ValueError):
    """The body is signed, but says nothing we know; the text tells what."""


def receive(gateway: str) -> Response:
    if gateway == ONFLEET:
        return _from_onfleet()
    key = hook_key(current_app.config["CXWEB"], gateway)
    if key is None:
        raise NotFound
    if not (_from_twilio(key) if gateway == "twilio" else _from_standard(key)):
        return _told(403, "the signature is missing, wrong or too old")
    try:
        receipt = _twilio() if gateway == "twilio" else _standard(gateway)
    except BadBody as error:
        return _told(400, str(error))
    known = record_receipt(receipt) if receipt is not None else True
    if gateway == "twilio":
        # An empty answer in its own language: no reply to the customer. It repeats nothing, so nothing is refused.
        return Response("<Response/>", mimetype="text/xml")
    # A gateway tries again what is not found: its id may be stored a moment later.
    return jsonify({"status": "recorded"}) if known else _told(404, "no such message")


def prove() -> Response:
    """Onfleet asks an address to repeat a word before it posts there."""
    word = request.args.get("check", "")
    if enabled(ONFLEET) is None or not WORD.fullmatch(word):
        raise NotFound
    return Response(word, mimetype="text/plain")


def _from_onfleet() -> Response:
    connector = enabled(ONFLEET)
    if connector is None:
        raise NotFound
    body, secret = request.get_data(), opened_or_none(connector.credential)
    if secret is None:
        return _told(503, "the secret of this connector cannot be opened")
    if not onfleet.signed(secret, body, request.headers.get(onfleet.SIGNATURE, "")):
        return _told(403, "the signature is missing or wrong")
    try:
        event = json.loads(body)
        found = onfleet.arrival(event, connector.ref_field) if isinstance(event, dict) else None
    except (ValueError, RecursionError) as error:
        return _told(400, str(error) if isinstance(error, NotUnderstood) else "the body is not JSON")
    taken = take_arrival(ONFLEET, found) if found is not None else True
    # What is refused once is refused again, so Onfleet need not repeat it; the connectors' page says why.
    return jsonify({"status": "recorded" if taken else "refused"})


def _from_twilio(token: str) -> bool:
    query = request.query_string.decode("latin-1")
    url = f"{current_app.config['CXWEB'].base_url}/hooks/twilio" + (f"?{query}" if query else "")
    form = request.form.to_dict(flat=False)
    return signed_by_twilio(token, url, form, request.headers.get("X-Twilio-Signature", ""))


def _from_standard(key: str) -> bool:
    id_, timestamp, signatures = (
        request.headers.get(f"webhook-{name}", "") for name in ("id", "timestamp", "signature")
    )
    return signed_by_standard(key, id_, timestamp, request.get_data(), signatures, clock.now().timestamp())


def _twilio() -> Receipt | None:
    """A status callback, or a message from a customer; None where it asks for nothing."""
    form = request.form
    state = _text(form, "MessageStatus")
    if state is not None:
        event, why = TWILIO_STATES.get(state), f"{state} {_text(form, 'ErrorCode') or ''}".strip()
        ref, sid = _text(request.args, "ref"), _text(form, "MessageSid")
        return Receipt("twilio", "sms", event, ref, sid, None, why) if event and (ref or sid) else None
    # Where the account itself keeps such words, it names what it understood.
    understood = form.get("OptOutType", "").lower()
    asked = understood if understood in {"stop", "start"} else wish(form.get("Body", ""))
    return Receipt("twilio", "sms", asked, contact=_text(form, "From")) if asked else None


def _standard(gateway: str) -> Receipt:
    """`{"ref" | "id", "event", "from" | "to", "reason"}`. Raises BadBody."""
    try:
        body = json.loads(request.get_data())
    except (ValueError, RecursionError):
        raise BadBody("the body is not JSON") from None
    if not isinstance(body, dict):
        raise BadBody("the body is not an object")
    channel = CHANNELS[gateway]
    if body.get("event") not in EVENTS[channel]:
        raise BadBody(f"event is one of {', '.join(EVENTS[channel])}")
    ref, provider_id, contact = _text(body, "ref"), _text(body, "id"), _text(body, "from") or _text(body, "to")
    if not (ref or provider_id or contact):
        raise BadBody("ref or id names the message, or from the contact")
    reason = body.get("reason")
    why = reason.encode("utf-8", "replace").decode() if isinstance(reason, str) else ""
    return Receipt(gateway, channel, body["event"], ref, provider_id, contact, why)


def _text(body: Mapping[str, Any], name: str) -> str | None:
    """The text of a field, None without one; a number is taken for the text it reads as. Raises BadBody."""
    value = body.get(name)
    if value is None or value == "":
        return None
    # No database stores a NUL or half a surrogate pair.
    if not isinstance(value, str | int) or "\x00" in str(value) or not str(value).isprintable():
        raise BadBody(f"{name} is no line of text")
    return str(value)[:LONGEST]


def _told(code: int, text: str) -> Response:
    answer = jsonify({"error": text})
    answer.status_code = code
    return answer
