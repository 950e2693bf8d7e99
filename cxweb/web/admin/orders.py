"""The orders' list, an order with its history, messages and rating, and the buttons that move it."""

from flask import Response, abort, flash, redirect, request
from flask.typing import ResponseReturnValue

from cxweb.actions.change_order_status import change_order_status
from cxweb.analytics.filters import bounds, kept
from cxweb.company.queries import settings, zone_of
from cxweb.core import clock
from cxweb.core.i18n import gettext
from cxweb.core.pictures import MEDIA_TYPE
from cxweb.orders.filters import CHOICES, OrderFilter
from cxweb.orders.models import Order
from cxweb.orders.queries import by_id, picture_of, pictures_of, proof_of
from cxweb.orders.rules import ForbiddenTransition, MissingReason
from cxweb.ratings.queries import order_rows
from cxweb.reviews.filters import STEPS, at_step
from cxweb.web.admin import address
from cxweb.web.admin.behind import steps_offered
from cxweb.web.admin.order_page import LONGEST_REASON, details, is_late
from cxweb.web.session import me
from cxweb.web.shell import render


def index() -> ResponseReturnValue:
    perimeter, company, now = me().perimeter, settings(), clock.now()
    chosen, errors = _filter()
    page = address.cut(lambda cursor: order_rows(chosen, perimeter, now, cursor))
    html = render(
        "admin/orders.html",
        errors=errors,
        statuses=CHOICES,
        steps=steps_offered(),
        chosen=chosen,
        zone=lambda order: zone_of(order.depot, company),
        late=lambda order: is_late(order, now),
        **address.listing(page, perimeter),
    )
    return html, 422 if errors else 200


def _filter() -> tuple[OrderFilter, list[address.Option]]:
    found = address.asked()
    status, no_status = address.one_of("status", CHOICES)
    step, no_step = address.one_of("step", STEPS)
    asked, company = found.filter, settings()
    # What is behind a driver's figure is as old as the figure itself.
    start, end = bounds(kept(asked, company) if step and asked.driver else asked, company.zone)
    places = (asked.depot, asked.driver, asked.channel, asked.tag)
    also = at_step(step) if step else None
    return OrderFilter(status, address.words(), start, end, *places, also), [*found.errors, *no_status, *no_step]


def show(order_id: int) -> ResponseReturnValue:
    return _page(by_id(order_id, me().perimeter))


def proof(order_id: int, kind: str) -> ResponseReturnValue:
    """A picture of an order's proof of delivery."""
    content = picture_of(by_id(order_id, me().perimeter).id, kind)
    if content is None:
        abort(404)
    return Response(content, mimetype=MEDIA_TYPE)


def update(order_id: int) -> ResponseReturnValue:
    wanted, reason = request.form.get("status", ""), address.plain(request.form.get("reason", ""))
    try:
        change_order_status(by_id, order_id, wanted, me(), reason=reason[:LONGEST_REASON] or None)
    except MissingReason:
        problem = gettext("Say why the order is reopened. Nothing was changed.")
        return _page(by_id(order_id, me().perimeter), problem), 422
    except ForbiddenTransition:
        problem = gettext("The order has moved on since this page was opened, so nothing was changed.")
        return _page(by_id(order_id, me().perimeter), problem), 409
    flash(gettext("Done. The customer’s page shows it too."), "done")
    return redirect(f"/admin/orders/{order_id}", 303)


def _page(order: Order, problem: str = "") -> str:
    proof, pictures = proof_of(order.id), pictures_of(order.id)
    return render("admin/order.html", order=order, problem=problem, proof=proof, pictures=pictures, **details(order))
