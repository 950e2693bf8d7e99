"""Writes what other systems are told into their outbox, in the transaction of what happened."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import select, text

from cxweb.company.queries import ancestors
from cxweb.company.rules import CompanySettings
from cxweb.core import tokens
from cxweb.core.db import insert_or_leave, session
from cxweb.core.prepared import PreparedInTransaction
from cxweb.orders.models import Order
from cxweb.ratings.models import Rating
from cxweb.webhooks.models import WebhookDelivery, WebhookEndpoint
from cxweb.webhooks.rules import ORDER_COMPLETED, RATING_CREATED, RATING_LOW

# Read in every transaction that completes or rates an order: customers wait for it. What an endpoint misses that failed
# waits for it until it is switched on again; one that the staff switched off misses nothing.
_LISTENING = PreparedInTransaction(
    select(WebhookEndpoint.id, WebhookEndpoint.events, WebhookEndpoint.depot_id)
    .where(text("disabled_at IS NULL OR disabled_by = 'failing'"))
    .order_by(WebhookEndpoint.id)
)


def tell_of_completion(order: Order, now: datetime) -> None:
    """Add `order.completed`, once for each instant at which the order was completed."""
    listening = _LISTENING.rows()
    if listening and order.completed_at is not None:
        key = f"{ORDER_COMPLETED}:{order.id}:{order.completed_at.timestamp():.6f}"
        _tell(listening, ORDER_COMPLETED, key, order, None, {"order": _order(order)}, now)


def tell_of_rating(order_id: int, rating_id: int, stars: int, company: CompanySettings, now: datetime) -> None:
    """Add `rating.created` for an order's first answer, and `rating.low` the first time that it is low."""
    listening = _LISTENING.rows()
    if not listening:
        return
    order, rating = session().get_one(Order, order_id), session().get_one(Rating, rating_id)
    data = {"order": _order(order), "rating": _rating(rating)}
    if rating.version == 1:
        _tell(listening, RATING_CREATED, f"{RATING_CREATED}:{rating_id}", order, rating_id, data, now)
    if stars <= company.alerts_low_rating:
        _tell(listening, RATING_LOW, f"{RATING_LOW}:{rating_id}", order, rating_id, data, now)


def _tell(
    listening: list[tuple[Any, ...]],
    event: str,
    key: str,
    order: Order,
    rating_id: int | None,
    data: Mapping[str, Any],
    now: datetime,
) -> None:
    if order.is_demo or order.is_test:
        return
    seen_from = set(session().scalars(ancestors(order.depot_id))) if order.depot_id is not None else set[int]()
    for endpoint_id, events, depot_id in listening:
        if event in events and (depot_id is None or depot_id in seen_from):
            insert_or_leave(
                WebhookDelivery,
                endpoint_id=endpoint_id,
                key=key,
                message_id=f"msg_{tokens.new_link()}",
                event=event,
                order_id=order.id,
                rating_id=rating_id,
                data=data,
                state="pending",
                attempts=0,
                created_at=now,
                next_attempt_at=now,
            )


def _order(order: Order) -> dict[str, Any]:
    """What names an order to another system: no customer, no driver."""
    return {
        "ref": order.ref,
        "depot": order.depot.ref if order.depot else None,
        "channel": order.channel,
        "completed_at": order.completed_at.isoformat() if order.completed_at else None,
    }


def _rating(rating: Rating) -> dict[str, Any]:
    """What a customer answered, without what was written in words."""
    return {
        "stars": rating.stars,
        "nps": rating.nps,
        "ces": rating.ces,
        "reasons": sorted(reason.code for reason in rating.reasons),
        "answered_at": rating.answered_at.isoformat(),
        "version": rating.version,
    }
