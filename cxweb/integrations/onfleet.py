"""Onfleet: tells of each task by a signed webhook at /hooks/onfleet, as soon as something happens to it."""

# A connector that is told is two functions. `signed` says whether a request comes from the other system, `arrival` what
# its body says of an order. The address and its proof, the answer, and taking the order in are `web/public/hooks` and
# `actions/take_arrival`, the same for all.

import hashlib
import hmac
from datetime import timedelta

from cxweb.intake.rules import CustomerFields, DriverFields, OrderFields
from cxweb.integrations.rules import Arrival, Json, NotUnderstood, instant_of, object_of, objects_of, ref_of, text_of

SIGNATURE = "X-Onfleet-Signature"
MILLISECOND = timedelta(milliseconds=1)
# What a trigger says of the task; other triggers of a task bring its details alone.
STATUSES = {0: "on_the_way", 2: "arrived", 3: "completed", 4: "failed", 8: "cancelled"}
# A task in this state is over, well or not.
OVER = 3


def is_secret(text: str) -> bool:
    """Whether it has the shape of a webhook secret, which is given in hexadecimal."""
    try:
        return len(bytes.fromhex(text)) >= 16
    except ValueError:
        return False


def signed(secret: str, body: bytes, signature: str) -> bool:
    """HMAC-SHA512 of the body, in hexadecimal, with the secret that the dashboard shows in hexadecimal."""
    expected = hmac.new(bytes.fromhex(secret), body, hashlib.sha512).hexdigest()
    return hmac.compare_digest(expected.encode(), signature.encode())


def arrival(event: Json, ref_field: str | None) -> Arrival | None:
    """What an event says of an order; `ref_field` is the metadata that holds its number, else the task's short id.

    Collecting at a depot is no order of a customer's, so such tasks are left out. Raises NotUnderstood.
    """
    task = object_of(object_of(event, "data"), "task")
    if not task:
        return None
    if task.get("pickupTask") is True:
        return None
    ref = _ref(task, ref_field)
    if not ref:
        raise NotUnderstood(f"a task has no {ref_field or 'shortId'}")
    details = object_of(task, "completionDetails")
    status = _status(event, task, details)
    at = instant_of(details, "time", MILLISECOND) if status in {"completed", "failed"} else None
    reason = text_of(details, "failureNotes", 500) or text_of(details, "failureReason") if status == "failed" else None
    return Arrival(ref, _fields(event, task), status, at or instant_of(event, "time", MILLISECOND), reason)


def _ref(task: Json, ref_field: str | None) -> str | None:
    if not ref_field:
        return text_of(task, "shortId", 64)
    values = [each for each in objects_of(task, "metadata") if each.get("name") == ref_field]
    return text_of(values[0], "value", 64) if values else None


def _status(event: Json, task: Json, details: Json) -> str | None:
    """By the trigger, and where that says nothing, by the task: an update may come when a completion did not."""
    trigger = event.get("triggerId")
    status = STATUSES.get(trigger) if isinstance(trigger, int) else None
    if status is None and task.get("state") == OVER and isinstance(details.get("success"), bool):
        return "completed" if details["success"] else "failed"
    return status


def _fields(event: Json, task: Json) -> OrderFields:
    place = object_of(object_of(task, "destination"), "address")
    recipient = next(iter(objects_of(task, "recipients")), {})
    street = " ".join(filter(None, (text_of(place, name) for name in ("number", "street", "apartment"))))
    fields = OrderFields(
        address_line=street or text_of(place, "unparsed"),
        postcode=text_of(place, "postalCode"),
        city=text_of(place, "city"),
        promised_from=instant_of(task, "completeAfter", MILLISECOND),
        promised_to=instant_of(task, "completeBefore", MILLISECOND),
        eta=instant_of(task, "estimatedCompletionTime", MILLISECOND),
    )
    if recipient:
        fields["customer"] = CustomerFields(name=text_of(recipient, "name"), phone=text_of(recipient, "phone"))
    worker = object_of(object_of(event, "data"), "worker")
    driver = text_of(task, "worker") or text_of(worker, "id")
    if driver:
        fields["drivers"] = [DriverFields(ref=ref_of(driver), name=text_of(worker, "name"))]
    return fields
