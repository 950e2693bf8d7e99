"""Orders over the API: an idempotent upsert, a status, and how an order stands."""

from collections.abc import Callable
from datetime import datetime
from functools import wraps

from flask import Response, current_app, jsonify

from cxweb.actions import change_order_status as moving
from cxweb.actions import save_order as saving
from cxweb.intake.rules import OrderFields
from cxweb.notifications.models import Notification
from cxweb.notifications.queries import for_order
from cxweb.orders import rules
from cxweb.orders.models import Order
from cxweb.orders.queries import by_ref
from cxweb.ratings.models import Rating
from cxweb.ratings.queries import of_order
from cxweb.web.api.keys import client
from cxweb.web.api.problems import problem
from cxweb.web.api.schemas import BadBody, OrderSchema, StatusSchema, body


def refusals(view: Callable[..., Response]) -> Callable[..., Response]:
    """Tell each refusal of the product as the problem it is."""

    @wraps(view)
    def answered(ref: str) -> Response:
        try:
            return view(ref)
        except BadBody as error:
            return problem(422, "The body has fields that cannot be taken.", error.errors)
        except (rules.UnknownOrder, rules.OutsidePerimeter):
            return problem(404, "There is no such order or depot for this key.")
        except rules.ForbiddenTransition as error:
            return problem(409, f"An order that is {error.current} cannot become {error.wanted}.")
        except rules.FixedByCompletion as error:
            return problem(409, f"The order is completed: {error} no longer changes.", [(f"/{error}", "is fixed")])
        except rules.MissingReason:
            return problem(422, "Reopening a completed order needs a reason.", [("/reason", "is needed")])
        except rules.InTheFuture:
            return problem(422, "The instant lies in the future.", [("/at", "lies over 5 minutes ahead")])

    return answered


@refusals
def save_order(ref: str) -> Response:
    if not rules.is_ref(ref):
        return problem(422, "This ref cannot be used.", [("", "takes 1 to 64 of A–Z a–z 0–9 . _ : -, and not bulk")])
    sent = body(OrderSchema())
    if "address" in sent:
        address = sent.pop("address") or dict.fromkeys(("line", "postcode", "city"))
        names = {"line": "address_line", "postcode": "postcode", "city": "city"}
        sent.update({names[name]: value for name, value in address.items()})
    saved = saving.save_order(ref, OrderFields(**sent), client())  # type: ignore[typeddict-item]
    return shown(ref, 201 if saved.created else 200)


@refusals
def change_status(ref: str) -> Response:
    sent = body(StatusSchema())
    moving.change_order_status(
        by_ref,
        ref,
        sent["status"],
        client(),
        at=sent.get("at"),
        reason=sent.get("reason"),
        drivers=sent.get("drivers"),
    )
    return shown(ref, 200)


@refusals
def show_order(ref: str) -> Response:
    return shown(ref, 200)


def shown(ref: str, code: int) -> Response:
    """The order as its program sees it now."""
    order = by_ref(ref, client().perimeter)
    response = jsonify(_order(order, of_order(order.id), for_order(order.id)))
    response.status_code = code
    return response


def _order(order: Order, rating: Rating | None, messages: list[Notification]) -> dict[str, object]:
    customer = order.customer
    return {
        "ref": order.ref,
        "status": order.status,
        "reason": order.reason,
        "tracking_url": f"{current_app.config['CXWEB'].base_url}/t/{order.token}",
        "customer": customer
        and {name: getattr(customer, name) for name in ("ref", "name", "email", "phone", "language")},
        "depot": order.depot.ref if order.depot else None,
        "drivers": [{"ref": member.driver.ref, "name": member.driver_name} for member in order.crew],
        "channel": order.channel,
        "tags": [tag.tag for tag in order.tags],
        "route": order.route,
        "address": {"line": order.address_line, "postcode": order.postcode, "city": order.city},
        "notify": order.notify,
        "test": order.is_test,
        "eligible": order.eligible,
        **{name: _instant(getattr(order, name)) for name in ("promised_from", "promised_to", "eta")},
        **{name: _instant(getattr(order, name)) for name in ("created_at", "completed_at")},
        "rating": rating and _rating(rating),
        "messages": [_message(message) for message in messages],
    }


def _rating(rating: Rating) -> dict[str, object]:
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


def _message(message: Notification) -> dict[str, object]:
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
