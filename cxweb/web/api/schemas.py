"""The shapes of what the API takes; every error carries the JSON pointer of its field."""

import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from flask import request
from marshmallow import RAISE, Schema, ValidationError, fields, validate

from cxweb.company.rules import NOTIFY_CHOICES
from cxweb.core.i18n import languages
from cxweb.orders.rules import EARLIEST, LATEST, REF, STATUSES
from cxweb.ratings.rules import cleaned

LONGEST_LINE = 200
# RFC 3339 with an offset: a time without one is nobody's instant.
INSTANT = re.compile(r"\d{4}-\d{2}-\d{2}[Tt ]\d{2}:\d{2}:\d{2}(\.\d{1,9})?([Zz]|[+-]\d{2}:\d{2})")


class BadBody(Exception):
    """A body that does not fit; `errors` are pairs of JSON pointer and what is wrong there."""

    def __init__(self, errors: list[tuple[str, str]]) -> None:
        super().__init__("; ".join(f"{pointer}: {text}" for pointer, text in errors))
        self.errors = errors


class Text(fields.String):
    """One line of text: NFC, trimmed, without control characters; empty becomes null."""

    def __init__(self, longest: int = LONGEST_LINE, **options: Any) -> None:
        super().__init__(allow_none=True, **options)
        self.longest = longest

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        text = " ".join(cleaned(super()._deserialize(value, attr, data, **kwargs)).split())
        if len(text) > self.longest:
            raise ValidationError(f"takes at most {self.longest} characters")
        return text or None


class Instant(fields.Field[datetime]):
    """An RFC 3339 instant with an offset."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> datetime:
        try:
            if not isinstance(value, str) or not INSTANT.fullmatch(value):
                raise ValueError
            found = datetime.fromisoformat(value.upper())
            if not EARLIEST <= found <= LATEST:
                raise ValueError
        except (ValueError, OverflowError) as error:
            raise ValidationError("takes an instant with an offset such as 2026-11-17T14:32:00+01:00") from error
        return found


REF_FIELD = validate.Regexp(rf"(?:{REF.pattern})\Z", error="takes 1 to 64 of A–Z a–z 0–9 . _ : -")


class CustomerSchema(Schema):
    ref = Text()
    name = Text()
    # Taken as it comes: a wrong address suppresses the message with its reason, and must not lose the order.
    email = Text()
    phone = Text()
    language = fields.String(allow_none=True, validate=validate.OneOf(languages()))

    class Meta:
        unknown = RAISE


class DriverSchema(Schema):
    ref = fields.String(required=True, validate=REF_FIELD)
    name = Text()

    class Meta:
        unknown = RAISE


class AddressSchema(Schema):
    line = Text()
    postcode = Text()
    city = Text()

    class Meta:
        unknown = RAISE


class OrderSchema(Schema):
    """What `PUT /orders/{ref}` takes: an absent field is kept, a null one is cleared."""

    customer = fields.Nested(CustomerSchema, allow_none=True)
    depot = fields.String(allow_none=True, validate=REF_FIELD)
    drivers = fields.List(fields.Nested(DriverSchema), allow_none=True, validate=validate.Length(max=20))
    channel = Text()
    tags = fields.List(Text(longest=64), allow_none=True, validate=validate.Length(max=50))
    route = Text()
    promised_from = Instant(allow_none=True)
    promised_to = Instant(allow_none=True)
    eta = Instant(allow_none=True)
    created_at = Instant(allow_none=True)
    address = fields.Nested(AddressSchema, allow_none=True)
    notify = fields.String(allow_none=True, validate=validate.OneOf(NOTIFY_CHOICES))
    test = fields.Boolean(truthy={True}, falsy={False})

    class Meta:
        unknown = RAISE


class StatusSchema(Schema):
    status = fields.String(required=True, validate=validate.OneOf(STATUSES))
    at = Instant(allow_none=True)
    reason = Text(longest=500)
    drivers = fields.List(fields.Nested(DriverSchema), allow_none=True, validate=validate.Length(max=20))

    class Meta:
        unknown = RAISE


def body(schema: Schema) -> dict[str, Any]:
    """The request's JSON object in the schema's shape. Raises BadBody."""
    try:
        sent = request.get_json(silent=True)
    except RecursionError:
        sent = None
    if not isinstance(sent, dict):
        raise BadBody([("", "takes a JSON object")])
    try:
        loaded: dict[str, Any] = schema.load(sent)
    except ValidationError as error:
        raise BadBody(list(_pointers(error.messages_dict, ""))) from error
    return loaded


def _pointers(messages: Mapping[Any, Any], at: str) -> Iterator[tuple[str, str]]:
    for name, found in messages.items():
        pointer = at if name == "_schema" else f"{at}/{str(name).replace('~', '~0').replace('/', '~1')}"
        if isinstance(found, Mapping):
            yield from _pointers(found, pointer)
        else:
            for text in found:
                yield pointer, str(text)
