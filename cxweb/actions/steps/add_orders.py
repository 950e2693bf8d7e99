"""Adds many new orders that came in, each row as fill() would leave it, below the layers that look at every row."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import delete, select

from cxweb.accounts.rules import Acting
from cxweb.actions.steps.fill_order import PLAIN
from cxweb.actions.steps.insert_many import insert_many, new_ids
from cxweb.actions.steps.parties import CONTACT, Parties
from cxweb.core import tokens
from cxweb.core.audit import record_many
from cxweb.core.db import session
from cxweb.intake.rules import OrderFields
from cxweb.orders.models import CrewMember, Customer, Order, OrderTag, StatusChange
from cxweb.orders.rules import PLANNED

Row = dict[str, Any]
BLANK: Row = {"status": PLANNED, "eligible": False, "is_demo": False, **dict.fromkeys(PLAIN)}


def add_orders(new: Sequence[tuple[str, OrderFields]], parties: Parties, by: Acting, now: datetime) -> dict[str, int]:
    """Insert the orders, whose refs differ; the ids of those added by ref: another program may just have added one.

    Everybody they name is known to `parties` already.
    """
    added = _insert_orders(new, parties, now)
    ids = list(added.values())
    crews: list[Row] = []
    tags: list[Row] = []
    for ref, fields in new:
        if ref in added:
            crews += _crew(added[ref], fields, parties)
            tags += [
                {"order_id": added[ref], "tag": tag} for tag in sorted({tag for tag in fields.get("tags") or () if tag})
            ]
    insert_many(CrewMember, crews)
    insert_many(OrderTag, tags)
    step = {"status": PLANNED, "at": now, "recorded_at": now, "reason": None, "actor": by.actor}
    insert_many(StatusChange, [{"order_id": order_id, **step} for order_id in ids])
    record_many(by.actor, "order.created", [f"order:{order_id}" for order_id in ids])
    return added


def _insert_orders(new: Sequence[tuple[str, OrderFields]], parties: Parties, now: datetime) -> dict[str, int]:
    """The orders' own rows with the customers who belong to one alone; the ids of those that were not taken."""
    orders: list[Row] = []
    strangers: list[tuple[Row, Row]] = []
    for order_id, (ref, fields) in zip(new_ids(Order, len(new)), new, strict=True):
        row = _order(order_id, ref, fields, parties, now)
        orders.append(row)
        contact = _customer(row, fields, parties)
        if contact is not None:
            strangers.append((row, contact))
    for (row, contact), customer_id in zip(strangers, new_ids(Customer, len(strangers)), strict=True):
        row["customer_id"] = contact["id"] = customer_id
    insert_many(Customer, [contact for _, contact in strangers])
    insert_many(Order, orders, unless_taken=True)
    ours = set(session().scalars(select(Order.id).where(Order.id.in_([row["id"] for row in orders]))))
    unneeded = [contact["id"] for row, contact in strangers if row["id"] not in ours]
    if unneeded:
        session().execute(delete(Customer).where(Customer.id.in_(unneeded)))
    return {row["ref"]: row["id"] for row in orders if row["id"] in ours}


def _order(order_id: int, ref: str, fields: OrderFields, parties: Parties, now: datetime) -> Row:
    depot_id = parties.depot_id(fields["depot"]) if "depot" in fields else parties.home()
    return {
        **BLANK,
        **{name: fields[name] for name in PLAIN if name in fields},  # type: ignore[literal-required]
        "id": order_id,
        "ref": ref,
        "token": tokens.new_link(),
        "channel": fields.get("channel") or "delivery",
        "created_at": fields.get("created_at") or now,
        "is_test": fields.get("test", False),
        "depot_id": depot_id,
        "customer_id": None,
    }


def _customer(row: Row, fields: OrderFields, parties: Parties) -> Row | None:
    """Give the order its customer; one that belongs to it alone is given back, to be inserted."""
    given = fields.get("customer")
    if given is None:
        return None
    contact = {name: given[name] for name in CONTACT if name in given}  # type: ignore[literal-required]
    ref = given.get("ref")
    known = parties.customer(ref) if ref else None
    if known is None:
        return {"ref": None, "is_demo": False, **dict.fromkeys(CONTACT), **contact}
    for name, value in contact.items():
        setattr(known, name, value)
    row["customer_id"] = known.id
    return None


def _crew(order_id: int, fields: OrderFields, parties: Parties) -> list[Row]:
    drivers = {driver["ref"]: parties.driver(driver) for driver in fields.get("drivers") or ()}
    return [
        {"order_id": order_id, "driver_id": driver.id, "position": position, "driver_name": driver.name}
        for position, driver in enumerate(drivers.values())
    ]
