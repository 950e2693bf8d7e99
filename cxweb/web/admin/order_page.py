"""What the pages about orders show of one: its history in words, whether it is late."""

from dataclasses import dataclass
from datetime import datetime

from cxweb.orders.models import Order
from cxweb.orders.rules import OPEN
from cxweb.web.words import actor_word


@dataclass(frozen=True)
class Step:
    """A line of the history; `by` is who said so."""

    status: str
    at: datetime
    reason: str | None
    by: str


def steps_of(order: Order, names: dict[str, str]) -> list[Step]:
    """The history, newest first."""
    return [
        Step(change.status, change.at, change.reason, actor_word(change.actor, names))
        for change in reversed(order.history)
    ]


def is_late(order: Order, now: datetime) -> bool:
    """Whether the order is past its window and still to come."""
    return order.status in OPEN and order.promised_to is not None and order.promised_to < now
