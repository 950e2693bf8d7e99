"""Orders over the API: an idempotent upsert, a status, and how an order stands."""

from flask import Response, jsonify

from cxweb.actions import change_order_status as moving
from cxweb.actions import save_order as saving
from cxweb.orders import rules
from cxweb.orders.queries import by_ref
from cxweb.web.api.keys import client, sent
from cxweb.web.api.problems import problem
from cxweb.web.api.schemas import order_fields
from cxweb.web.api.shown import shown_orders

NO_REF = [("", "takes 1 to 64 of A–Z a–z 0–9 . _ : -, and not bulk")]


def save_order(ref: str) -> Response:
    if not rules.is_ref(ref):
        return problem(422, "This ref cannot be used.", NO_REF)
    saved = saving.save_order(ref, order_fields(sent()), client())
    return shown(ref, 201 if saved.created else 200)


def change_status(ref: str) -> Response:
    wanted = sent()
    moving.change_order_status(
        by_ref,
        ref,
        wanted["status"],
        client(),
        at=wanted.get("at"),
        reason=wanted.get("reason"),
        drivers=wanted.get("drivers"),
    )
    return shown(ref, 200)


def show_order(ref: str) -> Response:
    return shown(ref, 200)


def shown(ref: str, code: int) -> Response:
    """The order as its program sees it now."""
    response = jsonify(shown_orders([by_ref(ref, client().perimeter)])[0])
    response.status_code = code
    return response
