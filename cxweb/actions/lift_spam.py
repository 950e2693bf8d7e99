"""A spam mark was wrong: the answer counts again, and the mark stays on record as lifted."""

from sqlalchemy import select, update

from cxweb.accounts.rules import Acting
from cxweb.actions.steps.tell_boards import tell_boards
from cxweb.actions.steps.touch_figures import touch_figures
from cxweb.core import clock
from cxweb.core.audit import record
from cxweb.core.db import session, transaction
from cxweb.orders.queries import by_id
from cxweb.ratings.models import Rating, SpamMark
from cxweb.ratings.rules import NothingToMark


def lift_spam(order_id: int, by: Acting) -> None:
    """Lift the mark of the order's answer. Raises UnknownOrder, and NothingToMark where none stands."""
    with transaction():
        order = by_id(order_id, by.perimeter, lock=True)
        answer = select(Rating.id).where(Rating.order_id == order.id).scalar_subquery()
        standing = update(SpamMark).where(SpamMark.rating_id == answer, SpamMark.lifted_at.is_(None))
        lifted = standing.values(lifted_at=clock.now(), lifted_by=by.actor).returning(SpamMark.id)
        if session().execute(lifted, execution_options={"synchronize_session": False}).first() is None:
            raise NothingToMark
        record(by.actor, "rating.spam_mark_lifted", f"order:{order.id}")
        touch_figures(order.id)
        tell_boards(order.id, order.depot_id)
