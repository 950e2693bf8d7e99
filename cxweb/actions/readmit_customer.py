"""A customer takes back "no more messages", on the page where it was said."""

from cxweb.actions.steps.remove_opt_out import remove_opt_out
from cxweb.company.queries import settings_now
from cxweb.core.audit import record
from cxweb.core.db import transaction
from cxweb.core.recipients import usable
from cxweb.notifications.queries import opt_out_of
from cxweb.notifications.rules import SELF_MADE
from cxweb.orders.queries import by_token


def readmit_customer(token: str) -> None:
    """Take off the list what a link put there. What a STOP, a bounce or the staff put there stays.

    Raises UnknownOrder.
    """
    with transaction():
        order = by_token(token)
        if order.customer is None:
            return
        for channel, contact in usable(order.customer.email, order.customer.phone, settings_now().company_country):
            found = opt_out_of(channel, contact)
            if found is not None and found.source in SELF_MADE and remove_opt_out(channel, contact):
                details = {"channel": channel, "source": found.source}
                record("customer", "opt_out.removed", f"opt_out:{found.id}", **details, order=order.id)
