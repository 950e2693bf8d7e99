"""The shapes of what the API takes; every error carries the JSON pointer of its field."""

from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any, cast

from flask import request
from marshmallow import RAISE, Schema, ValidationError, fields, validate
from werkzeug.datastructures import MultiDict
from werkzeug.exceptions import UnsupportedMediaType

from cxweb.analytics.filters import AXES, SORTS
from cxweb.analytics.queries import BY
from cxweb.company.rules import NOTIFY_CHOICES
from cxweb.intake.rules import OrderFields
from cxweb.orders.rules import STATUSES
from cxweb.web.api.fields import REF_FIELD, Day, Flag, Instant, Language, Text, Whole, Word

MOST_ORDERS = 1_000
MOST_ITEMS = 200


class BadBody(Exception):
    """A body or an address that does not fit; `errors` are pairs of JSON pointer and what is wrong there."""

    def __init__(self, errors: list[tuple[str, str]]) -> None:
        super().__init__("; ".join(f"{pointer}: {text}" for pointer, text in errors))
        self.errors = errors


class Strict(Schema):
    """A shape that refuses what it does not know."""

    class Meta:
        unknown = RAISE


class CustomerSchema(Strict):
    ref = Text(metadata={"description": "Yours. Without one the customer belongs to this order alone."})
    name = Text()
    # Taken as it comes: a wrong address suppresses the message with its reason, and must not lose the order.
    email = Text(metadata={"description": "Taken as it is; no message leaves to one that cannot be written to."})
    phone = Text(metadata={"description": "As E.164, or as it is dialled in the company's country."})
    language = Language()


class DriverSchema(Strict):
    ref = fields.String(required=True, validate=REF_FIELD)
    name = Text()


class AddressSchema(Strict):
    line = Text()
    postcode = Text()
    city = Text()


def _crew() -> fields.List[Any]:
    return fields.List(fields.Nested(DriverSchema), allow_none=True, validate=validate.Length(max=20))


class OrderSchema(Strict):
    """What an order may say: an absent field is kept, a null one is cleared."""

    customer = fields.Nested(CustomerSchema, allow_none=True)
    depot = fields.String(
        allow_none=True, validate=REF_FIELD, metadata={"description": "Its ref; an unknown one is created."}
    )
    drivers = _crew()
    channel = Text(metadata={"description": "The service, such as delivery, pickup, installation or repair."})
    tags = fields.List(Text(longest=64), allow_none=True, validate=validate.Length(max=50))
    route = Text()
    promised_from = Instant(allow_none=True)
    promised_to = Instant(allow_none=True)
    eta = Instant(allow_none=True)
    created_at = Instant(allow_none=True)
    address = fields.Nested(AddressSchema, allow_none=True)
    notify = fields.String(
        allow_none=True,
        validate=validate.OneOf(NOTIFY_CHOICES),
        metadata={"description": "Which messages its customer gets; null: as the company has it set."},
    )
    test = Flag(allow_none=True, metadata={"description": "A test order is in no figure and sends no survey."})


class BulkOrderSchema(OrderSchema):
    """One order of many: its ref, and whatever a single one may say."""

    ref = fields.String(required=True, validate=REF_FIELD)


class Orders(fields.Field[list[dict[str, Any]]]):
    """Orders that are checked one by one, so that a bad one holds up no other."""

    nested = BulkOrderSchema
    shape = {
        "type": "array",
        "minItems": 1,
        "maxItems": MOST_ORDERS,
        "items": {"anyOf": [{"$ref": "#/components/schemas/BulkOrder"}, {"type": "object"}]},
    }

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> list[dict[str, Any]]:
        if not isinstance(value, list) or not 1 <= len(value) <= MOST_ORDERS:
            raise ValidationError(f"takes 1 to {MOST_ORDERS:,} orders")
        odd = {at: ["takes an object"] for at, one in enumerate(value) if not isinstance(one, dict)}
        if odd:
            raise ValidationError(odd)
        return value


class BulkSchema(Strict):
    orders = Orders(required=True)


class StatusSchema(Strict):
    status = fields.String(required=True, validate=validate.OneOf(STATUSES))
    at = Instant(allow_none=True, metadata={"description": "When it happened; absent: now. Not over 5 minutes ahead."})
    reason = Text(longest=500, metadata={"description": "Why; needed to reopen a completed order."})
    drivers = _crew()


class FilterQuery(Strict):
    """The filters of pages, exports and figures; those that take several repeat as OR."""

    from_ = Day(data_key="from", metadata={"description": "The first day, in the company's zone."})
    to = Day(metadata={"description": "The last day, inclusive. Neither: all time."})
    axis = fields.String(validate=validate.OneOf(AXES), metadata={"description": "What the days are of."})
    depot = fields.List(Word(), metadata={"description": "Refs; each with the depots below it."})
    driver = fields.List(Word())
    channel = fields.List(Word())
    tag = fields.List(Word())
    stars = fields.List(fields.String(validate=validate.OneOf("12345")))
    reason = fields.List(Word())
    survey = fields.List(Word())
    sort = fields.String(validate=validate.OneOf(SORTS))


class FeedbackQuery(FilterQuery):
    by = fields.String(
        validate=validate.OneOf(BY), metadata={"description": "A row for each of these beside the total."}
    )


CURSOR = validate.Regexp(r"[A-Za-z0-9_-]{1,3000}\Z", error="takes a cursor of the answer before")


class RatingsQuery(FilterQuery):
    cursor = fields.String(validate=CURSOR, metadata={"description": "The next_cursor of the page before."})
    limit = Whole(1, MOST_ITEMS, metadata={"description": "At most so many; without it 50."})


class EventsQuery(Strict):
    since = fields.String(
        validate=CURSOR, metadata={"description": "The next_cursor of the last answer; absent: from the first rating."}
    )
    limit = Whole(1, MOST_ITEMS, metadata={"description": "At most so many; without it 50."})


@cache
def made(schema: type[Schema]) -> Schema:
    """The schema's one instance: making it costs more than reading a body with it."""
    return schema()


def body(schema: type[Schema]) -> dict[str, Any]:
    """The request's JSON object in the schema's shape. Raises BadBody, and UnsupportedMediaType for another type."""
    if request.get_data() and not request.is_json:
        raise UnsupportedMediaType
    try:
        sent = request.get_json(silent=True)
    except RecursionError:
        sent = None
    if not isinstance(sent, dict):
        raise BadBody([("", "takes a JSON object")])
    return read(schema, sent)


def query(schema: type[Schema], arguments: "MultiDict[str, str]") -> dict[str, Any]:
    """The address's parameters in the schema's shape. Raises BadBody."""
    lists = {name for name, field in made(schema).load_fields.items() if isinstance(field, fields.List)}
    sent = {name: values if name in lists else values[-1] for name, values in arguments.lists()}
    try:
        return read(schema, sent)
    except BadBody as error:
        raise BadBody([(pointer.split("/")[1], text) for pointer, text in error.errors]) from error


def read(schema: type[Schema], sent: Mapping[str, Any], at: str = "") -> dict[str, Any]:
    """What was sent in the schema's shape; `at` is where it stands. Raises BadBody."""
    try:
        loaded: dict[str, Any] = made(schema).load(sent)
    except ValidationError as error:
        raise BadBody(list(_pointers(error.messages_dict, at))) from error
    return loaded


def order_fields(sent: dict[str, Any]) -> OrderFields:
    """What an order says, under the names the product has for it."""
    if "address" in sent:
        address = sent.pop("address") or dict.fromkeys(("line", "postcode", "city"))
        names = {"line": "address_line", "postcode": "postcode", "city": "city"}
        sent.update({names[name]: value for name, value in address.items()})
    if "test" in sent:
        sent["test"] = bool(sent["test"])
    return cast(OrderFields, sent)


def _pointers(messages: Mapping[Any, Any], at: str) -> Iterator[tuple[str, str]]:
    for name, found in messages.items():
        pointer = at if name == "_schema" else f"{at}/{str(name).replace('~', '~0').replace('/', '~1')}"
        if isinstance(found, Mapping):
            yield from _pointers(found, pointer)
        else:
            for text in found:
                yield pointer, str(text)
