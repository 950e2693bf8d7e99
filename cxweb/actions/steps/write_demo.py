"""Writes demo orders with all that hangs on them, in bulk."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Table, insert, select
from sqlalchemy.orm import InstrumentedAttribute

from cxweb.actions.steps.tell_boards import tell_boards
from cxweb.actions.steps.touch_figures import touch_figures
from cxweb.company.models import Depot
from cxweb.core import tokens
from cxweb.core.db import Base, session
from cxweb.demo.facts import DemoAnswers, DemoOrder, DemoRating
from cxweb.notifications.models import Notification
from cxweb.notifications.rules import ORDER_COMPLETED
from cxweb.orders.models import CrewMember, Customer, Driver, Order, OrderTag, StatusChange
from cxweb.ratings.models import Rating, RatingReason, RatingVersion
from cxweb.surveys.models import SurveyVersion

ACTOR = "demo"
Row = dict[str, Any]


def write_demo(orders: Sequence[DemoOrder], now: datetime) -> None:
    """Insert the orders. Their depots and drivers are there already; known customers are left as they are."""
    known = _ids(Customer.ref, Customer.id)
    people = {order.customer.ref: order.customer for order in orders if order.customer.ref not in known}
    _insert(Customer, ({**vars_of(person), "is_demo": True} for person in people.values()))
    customers, depots, drivers = _ids(Customer.ref, Customer.id), _ids(Depot.ref, Depot.id), _ids(Driver.ref, Driver.id)
    _insert(Order, (_order(order, customers[order.customer.ref], depots[order.depot]) for order in orders))
    ids = _ids(Order.ref, Order.id)
    _insert(CrewMember, (row for order in orders for row in _crew(order, ids[order.ref], drivers)))
    _insert(OrderTag, ({"order_id": ids[order.ref], "tag": tag} for order in orders for tag in order.tags))
    _insert(StatusChange, (row for order in orders for row in _history(order, ids[order.ref])))
    _insert(Notification, (row for order in orders for row in _messages(order, ids[order.ref], now)))
    _write_ratings(orders, ids)
    touch_figures(*(ids[order.ref] for order in orders))
    tell_boards(None, *(depots[order.depot] for order in orders))


def vars_of(person: object) -> Row:
    """The fields of a demo customer that are columns; the address belongs to the order."""
    return {name: getattr(person, name) for name in ("ref", "name", "email", "phone", "language")}


def _insert(model: type[Base], rows: Iterable[Row]) -> None:
    table, values = model.__table__, list(rows)
    if values and isinstance(table, Table):
        session().execute(insert(table), values)


def _ids(ref: InstrumentedAttribute[Any], key: InstrumentedAttribute[int]) -> dict[str, int]:
    return dict(session().execute(select(ref, key).where(ref.is_not(None))).all())


def _order(order: DemoOrder, customer_id: int, depot_id: int) -> Row:
    completed = order.completed_at is not None
    return {
        "ref": order.ref,
        "token": tokens.new_link(),
        "status": order.status,
        "reason": order.history[-1].reason,
        "customer_id": customer_id,
        "depot_id": depot_id,
        "channel": order.channel,
        "route": order.crew[0].route,
        "promised_from": order.promised_from,
        "promised_to": order.promised_to,
        "eta": order.eta,
        "address_line": order.customer.address_line,
        "postcode": order.customer.postcode,
        "city": order.customer.city,
        "notify": order.notify,
        "created_at": order.created_at,
        "completed_at": order.completed_at,
        "eligible": completed,
        "depot_name": order.depot_name if completed else None,
        "is_test": False,
        "is_demo": True,
    }


def _crew(order: DemoOrder, order_id: int, drivers: dict[str, int]) -> Iterable[Row]:
    for position, driver in enumerate(order.crew):
        yield {
            "order_id": order_id,
            "driver_id": drivers[driver.ref],
            "position": position,
            "driver_name": driver.name,
        }


def _history(order: DemoOrder, order_id: int) -> Iterable[Row]:
    for step in order.history:
        yield {
            "order_id": order_id,
            "status": step.status,
            "at": step.at,
            "recorded_at": step.at,
            "reason": step.reason,
            "actor": ACTOR,
        }


def _messages(order: DemoOrder, order_id: int, now: datetime) -> Iterable[Row]:
    for message in order.messages:
        yield {
            "dedupe_key": f"{ORDER_COMPLETED}:{order_id}:{message.channel}",
            "order_id": order_id,
            "kind": ORDER_COMPLETED,
            "channel": message.channel,
            "recipient": message.recipient,
            "state": message.state,
            "reason": message.reason,
            "attempts": message.attempts,
            "created_at": message.due_at,
            "due_at": message.due_at,
            "next_attempt_at": now if message.state == "pending" else message.due_at,
            "last_error": message.last_error,
            "sent_at": message.sent_at,
        }


def survey_of_demo() -> int | None:
    """The id of the demo's newest survey version that asks its further questions, None without one."""
    wanted = select(SurveyVersion.id).where(SurveyVersion.created_by == ACTOR, SurveyVersion.asks_nps)
    return session().scalar(wanted.order_by(SurveyVersion.number.desc()).limit(1))


def _write_ratings(orders: Sequence[DemoOrder], order_ids: dict[str, int]) -> None:
    survey = survey_of_demo()
    answers = [(order_ids[order.ref], order.customer.language, order.rating) for order in orders if order.rating]
    _insert(
        Rating,
        (
            {
                "order_id": order_id,
                "survey_version_id": survey if rating.further else None,
                "language": language,
                "answered_at": rating.answered_at,
                "updated_at": rating.answered_at,
                "version": 1,
                **said(rating),
            }
            for order_id, language, rating in answers
        ),
    )
    keys = dict(session().execute(select(Rating.order_id, Rating.id).join(Order).where(Order.is_demo)).all())
    _insert(RatingVersion, (version_of(keys[order_id], rating) for order_id, _, rating in answers))
    _insert(RatingReason, (row for order_id, _, rating in answers for row in reasons_of(keys[order_id], rating)))


def said(rating: DemoRating) -> Row:
    """The columns that a rating and its version have of an answer."""
    further = rating.further or DemoAnswers()
    scores = {name: getattr(further, name) for name in ("nps", "ces", "open")}
    return {"stars": rating.stars, "comment": rating.comment, **scores}


def version_of(rating_id: int, rating: DemoRating) -> Row:
    codes = [code for code, _cause in rating.further.reasons] if rating.further else []
    return {"rating_id": rating_id, "version": 1, "recorded_at": rating.answered_at, "reasons": codes, **said(rating)}


def reasons_of(rating_id: int, rating: DemoRating) -> list[Row]:
    reasons = rating.further.reasons if rating.further else ()
    return [{"rating_id": rating_id, "code": code, "cause": cause} for code, cause in reasons]
