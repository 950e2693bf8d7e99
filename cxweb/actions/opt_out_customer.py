"""A customer asks for no more messages: on the page of the link, or by the button of a mail program."""

from cxweb.actions.steps.add_opt_out import add_opt_out
from cxweb.company.queries import settings_now
from cxweb.core.db import transaction
from cxweb.core.recipients import usable
from cxweb.orders.queries import by_token


def opt_out_customer(token: str, source: str) -> None:
    """Put every usable contact of the link's customer on the list; a second time changes nothing.

    Raises UnknownOrder.
    """
    with transaction():
        customer = by_token(token).customer
        if customer is not None:
            for channel, contact in usable(customer.email, customer.phone, settings_now().company_country):
                add_opt_out(channel, contact, source, "customer")
