"""Reads the stored customers that an import's batch touches."""

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import InstrumentedAttribute

from cxweb.core.db import session
from cxweb.imports.customer_plan import Customers, Party
from cxweb.imports.order_plan import Draft
from cxweb.imports.order_rows import CONTACT, OrderRow
from cxweb.orders.models import Customer, Order

_COLUMNS = (Customer.id, *(getattr(Customer, name) for name in CONTACT))


def draft_customers(
    rows: Iterable[OrderRow], drafts: Mapping[str, Draft], defaults: Mapping[str, str], *, all_ages: bool = False
) -> Customers:
    """The customers of the rows and of their stored orders. `defaults` is contact data of those not stored yet.

    Which order of a customer is the newest matters, and is asked, only where the contact data differ, or `all_ages`.
    """
    given: dict[str, list[Mapping[str, str]]] = {}
    private: dict[int, str] = {}
    for row in rows:
        draft = drafts.get(row.ref)
        ref = row.fields.get("customer") or (draft.state["customer"] if draft else None)
        if ref is not None:
            given.setdefault(ref, []).append(row.contact)
        elif draft is not None and draft.customer_id is not None:
            private[draft.customer_id] = draft.ref
    named: dict[str, Party] = _parties(Customer.ref, given)
    aged = {party.id: party for ref, party in named.items() if all_ages or _differs(party, given[ref])}
    for customer_id, created_at, order_id in _newest_orders(aged):
        aged[customer_id].newest = (created_at, order_id)
    own: dict[int, Party] = _parties(Customer.id, private)
    return Customers(named, {private[customer_id]: party for customer_id, party in own.items()}, defaults)


def _parties(key: InstrumentedAttribute[Any], keys: Collection[Any]) -> dict[Any, Party]:
    if not keys:
        return {}
    rows = session().execute(select(key, *_COLUMNS).where(key.in_(keys)))
    return {
        found: Party(customer_id, dict(zip(CONTACT, contact, strict=True))) for found, customer_id, *contact in rows
    }


def _differs(party: Party, given: Iterable[Mapping[str, str]]) -> bool:
    return any(party.contact[name] != value for contact in given for name, value in contact.items())


def _newest_orders(customers: Collection[int | None]) -> Iterable[tuple[int, datetime, int]]:
    if not customers:
        return ()
    place = func.row_number().over(partition_by=Order.customer_id, order_by=(Order.created_at.desc(), Order.id.desc()))
    ranked = select(Order.customer_id, Order.created_at, Order.id, place.label("place"))
    newest = ranked.where(Order.customer_id.in_(customers)).subquery()
    first = select(newest.c.customer_id, newest.c.created_at, newest.c.id).where(newest.c.place == 1)
    return [(customer_id, created_at, order_id) for customer_id, created_at, order_id in session().execute(first)]
