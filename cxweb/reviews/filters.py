"""Which answers and which orders are behind a figure of the report, under the names that the lists' addresses use.

What a name stands for is what cxweb.tallies counts under it; a list of it is as long as the figure says.
"""

from collections.abc import Mapping

from sqlalchemy import ColumnElement, SQLColumnExpression, and_, exists, or_, select

from cxweb.analytics.filters import marked_as_spam
from cxweb.notifications.models import Notification
from cxweb.orders.models import Order
from cxweb.orders.rules import COMPLETED
from cxweb.ratings.models import PhoneRating, Rating, RatingReason
from cxweb.surveys.models import SurveyVersion

# Not the answers a figure counts, but those it leaves out.
SPAM = "spam"
_WITH_REASON = select(RatingReason.rating_id)
# Of statements that have the answers' survey versions joined.
ANSWERS: Mapping[str, ColumnElement[bool]] = {
    "comment": Rating.comment.is_not(None),
    "open": Rating.open.is_not(None),
    "nps": Rating.nps.is_not(None),
    "promoters": Rating.nps.between(9, 10),
    "passives": Rating.nps.between(7, 8),
    "detractors": Rating.nps.between(0, 6),
    "ultra_detractors": Rating.nps.between(0, 1),
    "nps_stars": or_(SurveyVersion.asks_nps.is_(None), ~SurveyVersion.asks_nps),
    "ces": Rating.ces.is_not(None),
    "easy": Rating.ces.between(4, 5),
    "reasons": Rating.id.in_(_WITH_REASON),
    "driver_reasons": Rating.id.in_(_WITH_REASON.where(RatingReason.cause == "driver")),
}
SHOWN = (*ANSWERS, SPAM)

_INVITED = exists().where(Notification.order_id == Order.id, Notification.invites, Notification.sent_at.is_not(None))
_INVITED = _INVITED.correlate(Order)
_REACHED = _INVITED.where(Notification.state.in_(("sent", "delivered"))).correlate(Order)
_RATED = exists().where(Rating.order_id == Order.id, ~marked_as_spam()).correlate(Order)
_COMMENTED = _RATED.where(Rating.comment.is_not(None)).correlate(Order)
_OWN = exists().where(Rating.order_id == Order.id).correlate(Order)
_BY_PHONE = Order.id.in_(select(PhoneRating.order_id))
_STEPS: Mapping[str, tuple[SQLColumnExpression[bool], ...]] = {
    "completed": (),
    "eligible": (Order.eligible,),
    "rated": (Order.eligible, _RATED),
    "sent": (_INVITED,),
    "reached": (_REACHED,),
    "reached_rated": (_REACHED, _RATED),
    "reached_commented": (_REACHED, _COMMENTED),
    "rated_unasked": (~_INVITED, _RATED),
    "opened": (Order.seen_at.is_not(None),),
    "by_phone": (_BY_PHONE, ~_OWN),
}
STEPS = tuple(_STEPS)


def at_step(step: str) -> ColumnElement[bool]:
    """Whether the report counts an order at this one of STEPS; test orders it never counts."""
    return and_(Order.status == COMPLETED, ~Order.is_test, *_STEPS[step])
