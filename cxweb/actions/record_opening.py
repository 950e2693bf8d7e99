"""A customer's page has been in view for two seconds: the order counts as opened, once."""

from sqlalchemy import update

from cxweb.actions.steps.touch_figures import touch_instants
from cxweb.core import clock
from cxweb.core.db import session, transaction
from cxweb.orders.models import Order


def record_opening(order_id: int) -> None:
    """Keep the instant of the first opening; later ones change nothing."""
    with transaction():
        first = update(Order).where(Order.id == order_id, Order.seen_at.is_(None))
        opened = first.values(seen_at=clock.now()).returning(Order.completed_at)
        for (completed_at,) in session().execute(opened, execution_options={"synchronize_session": False}):
            touch_instants(completed_at, None)
