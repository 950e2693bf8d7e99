"""Reads the stored orders that an import's batch touches, as the plain facts its plan works on."""

from collections.abc import Collection
from typing import Any

from sqlalchemy import Row, select

from cxweb.company.models import Depot
from cxweb.core.db import session
from cxweb.imports.order_plan import Draft
from cxweb.orders.models import CrewMember, Customer, Driver, Order, OrderTag

STATE = (
    "status",
    "reason",
    "channel",
    "route",
    "promised_from",
    "promised_to",
    "eta",
    "address_line",
    "postcode",
    "city",
    "notify",
    "created_at",
    "completed_at",
    "eligible",
    "depot_name",
)
_ORDERS = (
    select(Order.id, Order.ref, Order.is_test, Order.customer_id)
    .add_columns(*(getattr(Order, name) for name in STATE))
    .add_columns(Depot.ref.label("depot"), Customer.ref.label("customer"))
    .outerjoin(Depot, Depot.id == Order.depot_id)
    .outerjoin(Customer, Customer.id == Order.customer_id)
    # The demo goes as soon as a real order comes, so its orders are none that could change.
    .where(~Order.is_demo)
    .order_by(Order.id)
)


def draft_orders(refs: Collection[str], last_id: int, *, crew: bool, tags: bool, lock: bool) -> dict[str, Draft]:
    """The stored ones among the orders, by ref; crew and tags are looked up where they matter.

    An order whose id is greater than `last_id` was not there when the run began.
    """
    orders = _ORDERS.where(Order.ref.in_(refs))
    rows = session().execute(orders.with_for_update(of=Order) if lock else orders).all()
    drafts = {row.ref: _draft(row, last_id) for row in rows}
    by_id = {draft.id: draft for draft in drafts.values()}
    if crew and by_id:
        members = select(CrewMember.order_id, Driver.ref).join(Driver, Driver.id == CrewMember.driver_id)
        members = members.where(CrewMember.order_id.in_(by_id)).order_by(CrewMember.order_id, CrewMember.position)
        for order_id, ref in session().execute(members):
            by_id[order_id].state["crew"] += (ref,)
    if tags and by_id:
        tagged = select(OrderTag.order_id, OrderTag.tag).where(OrderTag.order_id.in_(by_id))
        for order_id, tag in session().execute(tagged):
            by_id[order_id].state["tags"] = tuple(sorted((*by_id[order_id].state["tags"], tag)))
    return drafts


def _draft(row: Row[Any], last_id: int) -> Draft:
    mapping = row._mapping
    state = {name: mapping[name] for name in (*STATE, "depot", "customer")}
    state["crew"] = state["tags"] = ()
    return Draft(row.ref, row.id, row.id <= last_id, state, row.is_test, row.customer_id)
