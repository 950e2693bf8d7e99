"""Adds many new orders that came in, each row as fill() would leave it, below the layers that look at every row."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from cxweb.accounts.rules import Acting
from cxweb.actions.steps.fill_order import PLAIN
from cxweb.actions.steps.insert_many import insert_many, new_ids
from cxweb.actions.steps.parties import Parties
from cxweb.core import tokens
from cxweb.core.audit import record_many
from cxweb.intake.rules import OrderFields
from cxweb.orders.models import CrewMember, Customer, Order, OrderTag, StatusChange
from cxweb.orders.rules import PLANNED

Row = dict[str, Any]
CONTACT = ("name", "email", "phone", "language")
BLANK: Row = {"status": PLANNED, "eligible": False, "is_demo": False, **dict.fromkeys(PLAIN)}


def add_orders(new: Sequence[tuple[str, OrderFields]], parties: Parties, by: Acting, now: datetime) -> dict[str, int]:
    """Insert the orders, whose refs differ; their ids by ref. Everybody they name is known to `parties` already."""
    ids = new_ids(Order, len(new))
    orders, crews, tags = [], [], []
    strangers: list[tuple[Row, Row]] = []
    for order_id, (ref, fields) in zip(ids, new, strict=True):
        row = _order(order_id, ref, fields, parties, now)
        orders.append(row)
        contact = _customer(row, fields, parties)
        if contact is not None:
            strangers.append((row, contact))
        crews += _crew(order_id, fields, parties)
        tags += [{"order_id": order_id, "tag": tag} for tag in sorted({tag for tag in fields.get("tags") or () if tag})]
    for (row, contact), customer_id in zip(strangers, new_ids(Customer, len(strangers)), strict=True):
        row["customer_id"] = contact["id"] = customer_id
    insert_many(Customer, [contact for _, contact in strangers])
    insert_many(Order, orders)
    insert_many(CrewMember, crews)
    insert_many(OrderTag, tags)
    step = {"status": PLANNED, "at": now, "recorded_at": now, "reason": None, "actor": by.actor}
    insert_many(StatusChange, [{"order_id": order_id, **step} for order_id in ids])
    record_many(by.actor, "order.created", [f"order:{order_id}" for order_id in ids])
    return dict(zip((ref for ref, _ in new), ids, strict=True))


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
