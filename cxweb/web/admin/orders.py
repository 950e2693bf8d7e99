"""The orders' list, an order with its history, messages and rating, and the buttons that move it."""

from flask import Response, abort, current_app, flash, redirect, request
from flask.typing import ResponseReturnValue

from cxweb.accounts.queries import actor_names
from cxweb.actions.change_order_status import change_order_status
from cxweb.analytics.filters import bounds
from cxweb.company.queries import settings, zone_of
from cxweb.core import clock
from cxweb.core.i18n import gettext
from cxweb.core.pictures import MEDIA_TYPE
from cxweb.notifications.queries import for_order, mailbox_ids
from cxweb.orders.filters import CHOICES, OrderFilter
from cxweb.orders.models import Order
from cxweb.orders.queries import by_id, picture_of, pictures_of, proof_of
from cxweb.orders.rules import MOVES, ForbiddenTransition, MissingReason
from cxweb.ratings.queries import order_rows, rating_of
from cxweb.surveys.queries import by_id as survey_by_id
from cxweb.surveys.rules import filled
from cxweb.web.admin import address
from cxweb.web.admin.order_page import is_late, steps_of
from cxweb.web.session import me
from cxweb.web.shell import render

LONGEST_REASON = 200


def index() -> ResponseReturnValue:
    perimeter, company, now = me().perimeter, settings(), clock.now()
    chosen, errors = _filter()
    page = address.cut(lambda cursor: order_rows(chosen, perimeter, now, cursor))
    html = render(
        "admin/orders.html",
        errors=errors,
        statuses=CHOICES,
        zone=lambda order: zone_of(order.depot, company),
        late=lambda order: is_late(order, now),
        **address.listing(page, perimeter),
    )
    return html, 422 if errors else 200


def _filter() -> tuple[OrderFilter, list[address.Option]]:
    found = address.asked()
    start, end = bounds(found.filter, settings().zone)
    status, errors = address.one("status"), found.errors
    if status and status not in CHOICES:
        status, errors = "", [*errors, ("status", address.problem("status"))]
    return OrderFilter(status, address.words(), start, end, found.filter.depot, found.filter.driver), errors


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
    company, now = settings(), clock.now()
    rating, messages = rating_of(order.id), for_order(order.id)
    survey = survey_by_id(rating.survey_version_id if rating else None)
    asked = survey.text((rating.language if rating else None) or company.company_language)
    return render(
        "admin/order.html",
        order=order,
        problem=problem,
        history=steps_of(order, actor_names(change.actor for change in order.history)),
        messages=messages,
        in_mailbox=mailbox_ids([message.id for message in messages]),
        rating=rating,
        proof=proof_of(order.id),
        pictures=pictures_of(order.id),
        question=filled(asked.question, company.shown_name),
        survey=survey,
        tracking=f"{current_app.config['CXWEB'].base_url}/t/{order.token}" if company.tracking_enabled else "",
        moves=MOVES[order.status],
        zone=zone_of(order.depot, company),
        late=is_late(order, now),
        now=now,
        longest_reason=LONGEST_REASON,
    )
