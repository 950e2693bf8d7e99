"""Gathers everything that is known of a person, table by table, as it stands."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import select

from cxweb.core.db import session
from cxweb.orders.models import Customer, Order
from cxweb.privacy.queries import key_of, rows_of, table_of
from cxweb.privacy.rules import HOLDINGS

# How the product works on a row says nothing of the person.
INNER = frozenset(
    {
        "completed_on",
        "lease_token",
        "lease_until",
        "asked_at",
        "next_attempt_at",
        "wording_id",
        "is_demo",
        "is_test",
    }
)


def gather_person(customer_ids: Collection[int]) -> tuple[dict[str, list[dict[str, Any]]], dict[str, bytes]]:
    """The rows by table, and the pictures by file name."""
    order_ids = session().scalars(select(Order.id).where(Order.customer_id.in_(customer_ids))).all()
    tables: dict[str, list[dict[str, Any]]] = {}
    pictures: dict[str, bytes] = {}
    for holding in HOLDINGS:
        if holding.to == "time":
            continue
        table = table_of(holding.table)
        keys = session().scalars(rows_of(holding, Order.id.in_(order_ids), Customer.id.in_(customer_ids)))
        rows = session().execute(select(table).where(key_of(table).in_(keys.all())).order_by(key_of(table)))
        for number, row in enumerate(rows, 1):
            plain = {}
            for name, value in row._mapping.items():
                if isinstance(value, bytes):
                    value = f"{name}-{number}.webp"
                    pictures[value] = row._mapping[name]
                if name not in INNER and value is not None:
                    plain[name] = value.isoformat() if isinstance(value, datetime) else value
            tables.setdefault(holding.table, []).append(plain)
    return tables, pictures
