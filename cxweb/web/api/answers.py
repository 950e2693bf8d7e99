"""The shapes of what the API gives; nothing is checked against them at run time, the tests do that."""

from typing import Any

from marshmallow import Schema, fields, validate

from cxweb.notifications.models import STATES
from cxweb.orders.rules import STATUSES
from cxweb.web.api.fields import Language


class Moment(fields.Field[str]):
    """An instant as it is given: RFC 3339 in UTC."""

    shape = {"type": "string", "format": "date-time"}


def _text(**options: Any) -> fields.String:
    return fields.String(required=True, **options)


def _stars() -> fields.Integer:
    return fields.Integer(required=True, validate=validate.Range(1, 5))


class ErrorSchema(Schema):
    pointer = _text(metadata={"description": "JSON pointer into the body, or the name of a parameter."})
    detail = _text()


class ProblemSchema(Schema):
    """What was refused, and why (RFC 9457)."""

    type = _text()
    title = _text()
    status = fields.Integer(required=True)
    detail = _text()
    errors = fields.List(fields.Nested(ErrorSchema))


class CustomerShown(Schema):
    ref = _text(allow_none=True)
    name = _text(allow_none=True)
    email = _text(allow_none=True)
    phone = _text(allow_none=True)
    language = Language(required=True)


class DriverShown(Schema):
    ref = _text()
    name = _text()


class AddressShown(Schema):
    line = _text(allow_none=True)
    postcode = _text(allow_none=True)
    city = _text(allow_none=True)


class AnswerShown(Schema):
    """What a customer said, as it stands now."""

    stars = _stars()
    comment = _text(allow_none=True)
    nps = fields.Integer(required=True, allow_none=True, validate=validate.Range(0, 10))
    ces = fields.Integer(required=True, allow_none=True, validate=validate.Range(1, 5))
    open = _text(allow_none=True, metadata={"description": "The answer to the open question."})
    reasons = fields.List(fields.String(), required=True)
    answered_at = Moment(required=True)
    version = fields.Integer(required=True, metadata={"description": "Above 1 the customer has corrected it."})


class MessageShown(Schema):
    ref = _text(metadata={"description": "The same for ever: no message is sent twice under it."})
    kind = _text()
    message_channel = _text(validate=validate.OneOf(("email", "sms")))
    state = _text(validate=validate.OneOf(STATES))
    reason = _text(allow_none=True, metadata={"description": "Why it did not leave, or has not yet."})
    due_at = Moment(required=True)
    sent_at = Moment(required=True, allow_none=True)


class OrderShown(Schema):
    """An order as its programs see it now."""

    ref = _text()
    status = _text(validate=validate.OneOf(STATUSES))
    reason = _text(allow_none=True)
    tracking_url = _text(
        metadata={"description": "The customer's page. Whoever knows it may open it: keep it private."}
    )
    customer = fields.Nested(CustomerShown, required=True, allow_none=True)
    depot = _text(allow_none=True)
    drivers = fields.List(fields.Nested(DriverShown), required=True)
    channel = _text()
    tags = fields.List(fields.String(), required=True)
    route = _text(allow_none=True)
    address = fields.Nested(AddressShown, required=True)
    notify = _text(allow_none=True)
    test = fields.Boolean(required=True)
    eligible = fields.Boolean(required=True, metadata={"description": "Whether it counts in the response rate."})
    promised_from = Moment(required=True, allow_none=True)
    promised_to = Moment(required=True, allow_none=True)
    eta = Moment(required=True, allow_none=True)
    created_at = Moment(required=True)
    completed_at = Moment(required=True, allow_none=True)
    rating = fields.Nested(AnswerShown, required=True, allow_none=True)
    messages = fields.List(fields.Nested(MessageShown), required=True)


class OutcomeShown(Schema):
    """What became of one order: `order` where it was taken, `problem` where it was not."""

    ref = _text(allow_none=True)
    status = fields.Integer(required=True, metadata={"description": "What a PUT of it alone would have answered."})
    order = fields.Nested(OrderShown)
    problem = fields.Nested(ProblemSchema)


class OutcomesShown(Schema):
    items = fields.List(fields.Nested(OutcomeShown), required=True, metadata={"description": "In the order sent."})


class RatingShown(AnswerShown):
    """A rating with the order it is about; nothing of it says who the customer is."""

    order = _text(metadata={"description": "The order's ref."})
    depot = _text(allow_none=True)
    channel = _text()
    drivers = fields.List(fields.Nested(DriverShown), required=True)
    completed_at = Moment(required=True, allow_none=True)
    survey = fields.Integer(required=True, allow_none=True, metadata={"description": "The number of the survey."})
    language = _text(allow_none=True)


class RatingsShown(Schema):
    items = fields.List(fields.Nested(RatingShown), required=True)
    next_cursor = _text(allow_none=True, metadata={"description": "Of the next page; null on the last."})


class EventsShown(Schema):
    items = fields.List(fields.Nested(RatingShown), required=True)
    next_cursor = _text(metadata={"description": "What to ask with as since the next time, also where nothing came."})


class ShareShown(Schema):
    value = fields.Float(required=True, allow_none=True)
    n = fields.Integer(required=True)
    low = fields.Float(required=True, allow_none=True)
    high = fields.Float(required=True, allow_none=True)


class PromotersShown(ShareShown):
    promoters = fields.Integer(required=True)
    passives = fields.Integer(required=True)
    detractors = fields.Integer(required=True)


class MeanShown(Schema):
    n = fields.Integer(required=True)
    mean = fields.Float(required=True, allow_none=True)
    low = fields.Float(required=True, allow_none=True)
    high = fields.Float(required=True, allow_none=True)


class StarsShown(MeanShown):
    counts = fields.List(fields.Integer(), required=True, validate=validate.Length(equal=5))


class EffortShown(MeanShown):
    easy_share = fields.Float(required=True, allow_none=True)


class FiguresShown(Schema):
    """Percentages are 0 to 100 and unrounded, null where there is no data."""

    completed = fields.Integer(required=True, allow_none=True)
    eligible = fields.Integer(required=True, allow_none=True)
    rated = fields.Integer(required=True, allow_none=True)
    response_rate = fields.Float(required=True, allow_none=True)
    stars = fields.Nested(StarsShown, required=True)
    csat = fields.Nested(ShareShown, required=True)
    nps_stars = fields.Nested(PromotersShown, required=True)
    nps = fields.Nested(PromotersShown, required=True)
    tud = fields.Nested(ShareShown, required=True)
    ces = fields.Nested(EffortShown, required=True)


class FeedbackRowShown(FiguresShown):
    key = _text(allow_none=True, metadata={"description": "2018-05-01, 2018-W18, 2018-05, 2018-Q2, 2018, or a ref."})
    name = _text(allow_none=True, metadata={"description": "Null for dates."})


class FeedbackShown(Schema):
    """The figures of the filters, and with `by` those of each part, ascending."""

    filters = fields.Dict(required=True, metadata={"description": "What restricts, as it was read."})
    total = fields.Nested(FiguresShown, required=True)
    rows = fields.List(fields.Nested(FeedbackRowShown), required=True)
