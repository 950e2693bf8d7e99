"""Many orders in one request: each is told what became of it, and the good ones are kept."""

from typing import Any

from flask import Response, jsonify

from cxweb.actions.save_orders import save_orders
from cxweb.intake.rules import OrderFields
from cxweb.orders.queries import by_ids
from cxweb.orders.rules import is_ref
from cxweb.web.api.keys import client, sent
from cxweb.web.api.problems import problem_body
from cxweb.web.api.refusals import Told, told
from cxweb.web.api.schemas import BadBody, BulkOrderSchema, order_fields, read
from cxweb.web.api.shown import JSON, shown_orders

# A thousand orders that say everything there is to say.
LONGEST_BODY = 4 * 1024 * 1024


def save_bulk() -> Response:
    orders = sent()["orders"]
    outcomes: list[Told | int] = []
    incoming: list[tuple[str, OrderFields]] = []
    for at, order in enumerate(orders):
        try:
            incoming.append(_read(order, f"/orders/{at}"))
            outcomes.append(len(incoming) - 1)
        except BadBody as refusal:
            outcomes.append(told(refusal))
    taken = save_orders(incoming, client())
    stored = by_ids([one.order_id for one in taken if one.order_id], client().perimeter)
    shown = dict(zip((order.id for order in stored), shown_orders(stored), strict=True))
    items = []
    for at, (order, outcome) in enumerate(zip(orders, outcomes, strict=True)):
        one = outcome if isinstance(outcome, Told) else taken[outcome]
        if not isinstance(one, Told) and one.refusal is not None:
            one = told(one.refusal, f"/orders/{at}")
        result = _refused(one) if isinstance(one, Told) else _taken(one.created, shown[one.order_id])
        items.append({"ref": _named(order), **result})
    return jsonify({"items": items})


def _read(order: dict[str, Any], at: str) -> tuple[str, OrderFields]:
    """Raises BadBody."""
    fields = read(BulkOrderSchema, order, at)
    ref = fields.pop("ref")
    if not is_ref(ref):
        raise BadBody([(f"{at}/ref", "may not be bulk, and no dots alone")])
    return ref, order_fields(fields)


def _refused(refusal: Told) -> JSON:
    return {"status": refusal.status, "problem": problem_body(*refusal)}


def _taken(created: bool, order: JSON) -> JSON:
    return {"status": 201 if created else 200, "order": order}


def _named(order: dict[str, Any]) -> str | None:
    ref = order.get("ref")
    return ref if isinstance(ref, str) else None
