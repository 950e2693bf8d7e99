"""Reading the demo: whether it may come, whether it is there, and which link shows it best."""

from datetime import timedelta

from sqlalchemy import exists, select

from cxweb.company.models import Setting
from cxweb.company.queries import stored
from cxweb.core import clock
from cxweb.core.db import session
from cxweb.orders.models import Customer, Order
from cxweb.ratings.models import Rating

# The setting that says the demo is there. Its value is the company name the demo set: only that name goes with it.
DEMO_KEY = "demo"
# Whoever removed the demo does not want it back at the next start.
REMOVED_KEY = "demo.removed"
# The demo's own customers rate within this time; the link to try is older, so that it stays unrated.
OWN_RATINGS = timedelta(hours=1)


def may_load() -> bool:
    """Whether a start may load the demo: there is no order, and nobody removed the demo."""
    keys = select(Setting.key).where(Setting.key.in_((DEMO_KEY, REMOVED_KEY)))
    return session().scalar(keys.limit(1)) is None and session().scalar(select(Order.id).limit(1)) is None


def is_loaded() -> bool:
    return stored(DEMO_KEY) is not None


def real_order_exists() -> bool:
    return session().scalar(select(Order.id).where(~Order.is_demo).limit(1)) is not None


def link_to_try() -> str | None:
    """The token of the newest completed demo order that nobody has rated, in French where there is one."""
    rated = exists().where(Rating.order_id == Order.id)
    ready = select(Order.token).join(Customer, Order.customer_id == Customer.id)
    ready = ready.where(Order.is_demo, Order.eligible, Order.status == "completed", ~rated)
    ready = ready.where(Order.completed_at < clock.now() - OWN_RATINGS).order_by(Order.completed_at.desc()).limit(1)
    return session().scalar(ready.where(Customer.language == "fr")) or session().scalar(ready)
