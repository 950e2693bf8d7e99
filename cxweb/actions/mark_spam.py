"""Somebody finds a customer's answer to be spam: it leaves every figure, and its order counts as not rated."""

from sqlalchemy import select

from cxweb.accounts.rules import Acting
from cxweb.actions.steps.tell_boards import tell_boards
from cxweb.actions.steps.touch_figures import touch_figures
from cxweb.core import clock
from cxweb.core.audit import record
from cxweb.core.db import insert_or_leave, session, transaction
from cxweb.orders.queries import by_id
from cxweb.ratings.models import Rating, SpamMark
from cxweb.ratings.rules import NothingToMark


def mark_spam(order_id: int, reason: str, by: Acting) -> None:
    """Mark the order's answer. Raises UnknownOrder, and NothingToMark where there is none or it is marked already."""
    with transaction():
        order = by_id(order_id, by.perimeter, lock=True)
        rating_id = session().scalar(select(Rating.id).where(Rating.order_id == order.id))
        values = {"rating_id": rating_id, "reason": reason, "marked_at": clock.now(), "marked_by": by.actor}
        if rating_id is None or not insert_or_leave(SpamMark, **values):
            raise NothingToMark
        record(by.actor, "rating.marked_as_spam", f"order:{order.id}")
        touch_figures(order.id)
        tell_boards(order.id, order.depot_id)
