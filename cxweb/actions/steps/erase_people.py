"""Takes customers out of every table, and leaves their orders and marks without them."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import bindparam, select, update

from cxweb.actions.steps.empty_holdings import empty_holding
from cxweb.actions.steps.forget_quotes import forget_quotes
from cxweb.actions.steps.note_erasures import note_erasures
from cxweb.actions.steps.remember_people import remember_people
from cxweb.core.db import session
from cxweb.core.tokens import new_link
from cxweb.notifications.models import Notification, OptOut
from cxweb.orders.models import Customer, Order
from cxweb.privacy.queries import rows_of
from cxweb.privacy.rules import HOLDINGS

PLAIN = {"synchronize_session": False}


def erase_people(customer_ids: Collection[int], now: datetime, texts: Collection[str] = ()) -> list[int]:
    """Erase everything known of these customers; the ids of their orders.

    The orders get new links, and what waits to be sent is not sent. The digests stay, here and in the journal. Rows of
    other tables that quote any of the texts go too.
    """
    opened = session()
    order_ids = list(opened.scalars(select(Order.id).where(Order.customer_id.in_(customer_ids)).with_for_update()))
    erased = remember_people(customer_ids, erased_at=now)
    contacts = [digest for kind, digest in erased if kind in {"email", "sms"}]
    opened.execute(update(OptOut).where(OptOut.digest.in_(contacts)).values(contact=None), execution_options=PLAIN)
    _stop_messages(order_ids)
    for holding in HOLDINGS:
        if holding.to != "time":
            keys = rows_of(holding, Order.id.in_(order_ids), Customer.id.in_(customer_ids))
            empty_holding(holding, list(opened.scalars(keys)), (*holding.contact, *holding.words))
    forget_quotes(texts)
    _renew_links(order_ids)
    gone = update(Customer).where(Customer.id.in_(customer_ids)).values(erased_at=now)
    opened.execute(gone, execution_options=PLAIN)
    note_erasures(erased, now)
    return order_ids


def _stop_messages(order_ids: Collection[int]) -> None:
    """Also of one that is being handed over: whoever is at it has lost the lease, and writes nothing of it any more."""
    theirs = (Notification.order_id.in_(order_ids), Notification.state.in_(("pending", "sending")))
    values = {"state": "suppressed", "reason": "erased", "lease_token": None, "lease_until": None, "asked_at": None}
    session().execute(update(Notification).where(*theirs).values(values), execution_options=PLAIN)


def _renew_links(order_ids: Collection[int]) -> None:
    if order_ids:
        links = [{"order_id": order_id, "link": new_link()} for order_id in order_ids]
        statement = update(Order).where(Order.id == bindparam("order_id")).values(token=bindparam("link"))
        session().connection().execute(statement, links)
