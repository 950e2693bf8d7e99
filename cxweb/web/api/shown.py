"""Orders and ratings in the shapes of `answers`; many take as few queries as one."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from flask import current_app

from cxweb.notifications.models import Notification
from cxweb.notifications.queries import for_orders
from cxweb.orders.models import Order
from cxweb.ratings.models import Rating
from cxweb.ratings.queries import of_orders

JSON = dict[str, Any]
CUSTOMER = ("ref", "name", "email", "phone", "language")
PLANNED_AT = ("promised_from", "promised_to", "eta", "created_at", "completed_at")


def shown_orders(orders: Sequence[Order]) -> list[JSON]:
    """The orders with their ratings and messages, as programs see them."""
    ids = [order.id for order in orders]
    ratings, messages = of_orders(ids), for_orders(ids)
    pages = f"{current_app.config['CXWEB'].base_url}/t/"
    return [_order(order, pages, ratings.get(order.id), messages.get(order.id, [])) for order in orders]


def _order(order: Order, pages: str, rating: Rating | None, messages: list[Notification]) -> JSON:
    customer = order.customer
    return {
        "ref": order.ref,
        "status": order.status,
        "reason": order.reason,
        "tracking_url": pages + order.token,
        "customer": customer and {name: getattr(customer, name) for name in CUSTOMER},
        "depot": order.depot.ref if order.depot else None,
        "drivers": _crew(order),
        "channel": order.channel,
        "tags": [tag.tag for tag in order.tags],
        "route": order.route,
        "address": {"line": order.address_line, "postcode": order.postcode, "city": order.city},
        "notify": order.notify,
        "test": order.is_test,
        "eligible": order.eligible,
        **{name: _instant(getattr(order, name)) for name in PLANNED_AT},
        "rating": rating and _answer(rating),
        "messages": [_message(message) for message in messages],
    }


def shown_rating(rating: Rating) -> JSON:
    """A rating with the order it is about, and nothing that says who the customer is."""
    order = rating.order
    return {
        **_answer(rating),
        "order": order.ref,
        "depot": order.depot.ref if order.depot else None,
        "channel": order.channel,
        "drivers": _crew(order),
        "completed_at": _instant(order.completed_at),
        "survey": rating.survey_version.number if rating.survey_version else None,
        "language": rating.language,
    }


def _crew(order: Order) -> list[JSON]:
    return [{"ref": member.driver.ref, "name": member.driver_name} for member in order.crew]


def _answer(rating: Rating) -> JSON:
    return {
        "stars": rating.stars,
        "comment": rating.comment,
        "nps": rating.nps,
        "ces": rating.ces,
        "open": rating.open,
        "reasons": sorted(reason.code for reason in rating.reasons),
        "answered_at": _instant(rating.answered_at),
        "version": rating.version,
    }


def _message(message: Notification) -> JSON:
    return {
        "ref": message.dedupe_key,
        "kind": message.kind,
        "message_channel": message.channel,
        "state": message.state,
        "reason": message.reason,
        "due_at": _instant(message.due_at),
        "sent_at": _instant(message.sent_at),
    }


def _instant(at: datetime | None) -> str | None:
    return at.isoformat() if at else None
