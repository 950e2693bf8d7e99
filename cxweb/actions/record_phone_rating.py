"""A customer says on the phone how it went: kept apart, in no figure, until the customer's own answer replaces it."""

from sqlalchemy import exists, select

from cxweb.accounts.rules import Acting
from cxweb.actions.steps.tell_boards import tell_boards
from cxweb.actions.steps.touch_figures import touch_figures
from cxweb.core import clock
from cxweb.core.audit import record
from cxweb.core.db import session, transaction
from cxweb.orders.queries import by_id
from cxweb.orders.rules import COMPLETED
from cxweb.ratings.models import PhoneRating, Rating
from cxweb.ratings.rules import CannotRecord


def record_phone_rating(order_id: int, stars: int, comment: str | None, by: Acting) -> None:
    """Keep what was said; said again, it takes the place of the former. Raises UnknownOrder and CannotRecord."""
    with transaction():
        order = by_id(order_id, by.perimeter, lock=True)
        if order.status != COMPLETED:
            raise CannotRecord("not_completed")
        if session().scalar(select(exists().where(Rating.order_id == order.id))):
            raise CannotRecord("rated")
        touch_figures(order.id)
        said = {"stars": stars, "comment": comment, "recorded_at": clock.now(), "recorded_by": by.actor}
        session().merge(PhoneRating(order_id=order.id, **said))
        record(by.actor, "rating.recorded_by_phone", f"order:{order.id}", stars=stars)
        touch_figures(order.id)
        tell_boards(order.id, order.depot_id)
