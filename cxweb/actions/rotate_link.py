"""An order gets a new tracking link: the old one is unknown from now on, and messages carry the new one."""

from cxweb.accounts.rules import Acting
from cxweb.core import tokens
from cxweb.core.audit import record
from cxweb.core.db import transaction
from cxweb.orders.queries import by_id


def rotate_link(order_id: int, by: Acting) -> None:
    """Replace the link. Raises UnknownOrder."""
    with transaction():
        order = by_id(order_id, by.perimeter, lock=True)
        order.token = tokens.new_link()
        record(by.actor, "order.link_rotated", f"order:{order.id}")
