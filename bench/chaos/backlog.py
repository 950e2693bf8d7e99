"""Many messages that are due, written into a database in few statements, and how fast they left it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, cast

from flask import Flask
from sqlalchemy import Table, func, insert, select

from cxweb import create_app
from cxweb.core import clock, tokens
from cxweb.core.db import Base, db, session
from cxweb.notifications.models import Notification
from cxweb.notifications.rules import ORDER_COMPLETED
from cxweb.orders.models import Customer, Order
from cxweb.settings import Settings

CHUNK = 5_000


def application(folder: Path, url: str) -> Flask:
    """The product on a database that is migrated already, for reading and writing past its processes."""
    return create_app(Settings(folder, url, "unix:///nowhere", True, "bench", "http://localhost"))


def write(count: int, channel: str) -> list[int]:
    """So many completed orders, each of a customer of its own, with a message that is due; the messages' ids."""
    now = clock.now()
    for start in range(1, count + 1, CHUNK):
        numbers = range(start, min(start + CHUNK, count + 1))
        _insert(Customer, [_customer(number) for number in numbers])
        _insert(Order, [_order(number, channel, now) for number in numbers])
        _insert(Notification, [_message(number, channel, now) for number in numbers])
    return list(range(1, count + 1))


def _customer(number: int) -> dict[str, Any]:
    contact = {"email": f"c{number}@shop.example", "phone": f"+3361{number:07}"}
    return {"id": number, "name": "Ann", "language": ("fr", "en")[number % 2], "is_demo": False, **contact}


def _order(number: int, channel: str, now: datetime) -> dict[str, Any]:
    return {
        "id": number,
        "ref": f"B-{number:06}",
        "token": tokens.new_link(),
        "status": "completed",
        "customer_id": number,
        "channel": "delivery",
        "notify": channel,
        "created_at": now,
        "completed_at": now,
        "eligible": True,
        "sampling_draw": number % 100,
        "is_test": False,
        "is_demo": False,
    }


def _message(number: int, channel: str, now: datetime) -> dict[str, Any]:
    return {
        "id": number,
        "dedupe_key": f"{ORDER_COMPLETED}:{number}:{channel}",
        "order_id": number,
        "kind": ORDER_COMPLETED,
        "channel": channel,
        "recipient": f"c{number}@shop.example" if channel == "email" else f"+3361{number:07}",
        "state": "pending",
        "attempts": 0,
        "created_at": now,
        "due_at": now,
        "next_attempt_at": now,
        "asked_at": now,
    }


def _insert(model: type[Base], rows: list[dict[str, Any]]) -> None:
    with db.engine.begin() as connection:
        connection.execute(insert(cast(Table, model.__table__)), rows)


@dataclass(frozen=True)
class Left:
    """How many of some messages were sent, and at what rate."""

    sent: int
    per_second: float


def sent(ids: Sequence[int]) -> int:
    """How many of the messages with consecutive ids are sent."""
    return session().scalar(select(func.count()).where(_among(ids), Notification.state == "sent")) or 0


def rate(ids: Sequence[int]) -> Left:
    """By the instants the product itself wrote: what was sent after the first instant, over the time until the last."""
    instants = select(func.min(Notification.sent_at), func.max(Notification.sent_at)).where(_among(ids))
    first, last = session().execute(instants).one()
    later = select(func.count()).where(_among(ids), Notification.sent_at > first)
    seconds = (last - first).total_seconds() if first and last else 0.0
    return Left(sent(ids), (session().scalar(later) or 0) / seconds if seconds else 0.0)


def _among(ids: Sequence[int]) -> Any:
    return Notification.id.between(ids[0], ids[-1])
