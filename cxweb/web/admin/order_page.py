"""What the pages about orders show of one: its history in words, its rating, its messages, whether it is late."""

from dataclasses import dataclass
from datetime import datetime

from flask import current_app

from cxweb.accounts.queries import actor_names, acts_on
from cxweb.company.queries import settings, zone_of
from cxweb.core import clock
from cxweb.notifications.queries import for_order, mailbox_ids
from cxweb.orders.models import Order
from cxweb.orders.rules import MOVES, OPEN
from cxweb.ratings.models import SpamMark
from cxweb.ratings.queries import marks_of, phone_rating_of, rating_of
from cxweb.surveys.queries import by_id as survey_by_id
from cxweb.surveys.rules import filled
from cxweb.web.session import me
from cxweb.web.words import actor_word

LONGEST_REASON = 200


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


def details(order: Order) -> dict[str, object]:
    """What the order's page and its panel on the board take beside the order."""
    company, now = settings(), clock.now()
    rating, messages = rating_of(order.id), for_order(order.id)
    phone, marks = phone_rating_of(order.id), marks_of(rating.id) if rating else []
    names = actor_names(_actors(order, marks) | ({phone.recorded_by} if phone else set()))
    survey = survey_by_id(rating.survey_version_id if rating else None)
    asked = survey.text((rating.language if rating else None) or company.company_language)
    return {
        "history": steps_of(order, names),
        "messages": messages,
        "in_mailbox": mailbox_ids([message.id for message in messages]),
        "rating": rating,
        "marks": marks,
        "phone": phone,
        "who": lambda actor: actor_word(actor, names),
        "question": filled(asked.question, company.shown_name),
        "survey": survey,
        "tracking": f"{current_app.config['CXWEB'].base_url}/t/{order.token}" if company.tracking_enabled else "",
        "moves": MOVES[order.status],
        "acts": acts_on(order.depot_id, me().perimeter),
        "zone": zone_of(order.depot, company),
        "late": is_late(order, now),
        "now": now,
        "longest_reason": LONGEST_REASON,
    }


def _actors(order: Order, marks: list[SpamMark]) -> set[str]:
    acted = {change.actor for change in order.history} | {mark.marked_by for mark in marks}
    return acted | {mark.lifted_by for mark in marks if mark.lifted_by}
