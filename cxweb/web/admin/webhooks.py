"""Webhooks: which systems are told what happens here, and what became of each thing they were told."""

from dataclasses import dataclass

from flask import abort, flash, redirect, request
from flask.typing import ResponseReturnValue

from cxweb.accounts.queries import acts_on
from cxweb.actions.create_webhook import EndpointFields, UnknownDepot, create_webhook
from cxweb.actions.delete_webhook import delete_webhook
from cxweb.actions.edit_webhook import edit_webhook
from cxweb.actions.replay_webhook import replay_webhook
from cxweb.actions.rotate_webhook_secret import rotate_webhook_secret
from cxweb.actions.switch_webhook import switch_webhook
from cxweb.actions.try_webhook import try_webhook
from cxweb.company.queries import settings_now
from cxweb.core import clock
from cxweb.core.i18n import gettext, lazy, ngettext
from cxweb.orders.rules import OutsidePerimeter
from cxweb.web.admin import address
from cxweb.web.admin.depot_choices import depot_choices
from cxweb.web.session import me
from cxweb.web.shell import render
from cxweb.webhooks import queries
from cxweb.webhooks.models import WebhookEndpoint
from cxweb.webhooks.rules import EVENTS, LONGEST_NAME, ORDER_COMPLETED, InvalidEndpoint

HERE = "/admin/webhooks"
PROBLEMS = {
    "not_https": lazy("The address must begin with https://, so that nobody reads along."),
    "no_host": lazy("The address names no server."),
    "credentials": lazy("Leave user, password and # out of the address: events are signed instead."),
    "not_public": lazy("This address leads into the machine or its own network. Only the public internet is called."),
    "none": lazy("Choose at least one event."),
}
NAMELESS = lazy("Give it a name, so that you find it again.")
ODD = lazy("This is no address of a web server, such as https://erp.example.com/events.")


@dataclass(frozen=True)
class Problem:
    """What is wrong, and with which field."""

    field: str
    text: str


def index() -> ResponseReturnValue:
    return _list(EndpointFields("", "", (ORDER_COMPLETED,)))


def create() -> ResponseReturnValue:
    fields = _fields()
    try:
        endpoint_id, secret = create_webhook(fields, me())
    except InvalidEndpoint as error:
        return _list(fields, _problem(error)), 422
    except (UnknownDepot, OutsidePerimeter):
        abort(404)
    return _page(endpoint_id, secret=secret)


def show(endpoint_id: int) -> ResponseReturnValue:
    return _page(endpoint_id)


def update(endpoint_id: int) -> ResponseReturnValue:
    fields = _fields()
    try:
        edit_webhook(endpoint_id, fields, me())
    except InvalidEndpoint as error:
        return _page(endpoint_id, fields, _problem(error)), 422
    except (UnknownDepot, OutsidePerimeter):
        abort(404)
    return _done(endpoint_id, gettext("Saved. It is in force now."))


def rotate(endpoint_id: int) -> ResponseReturnValue:
    return _page(endpoint_id, secret=rotate_webhook_secret(endpoint_id, me()))


def switch(endpoint_id: int) -> ResponseReturnValue:
    on = request.form.get("on") == "1"
    switch_webhook(endpoint_id, on, me())
    said = gettext("Switched on: what waited is on its way.") if on else gettext("Switched off: nothing is told to it.")
    return _done(endpoint_id, said)


def attempt(endpoint_id: int) -> ResponseReturnValue:
    try_webhook(endpoint_id, me())
    return _done(endpoint_id, gettext("A test is on its way. Open this page again in a few seconds to see the answer."))


def replay(endpoint_id: int) -> ResponseReturnValue:
    chosen = request.form.get("delivery", "")
    delivery_id = int(chosen) if chosen.isascii() and chosen.isdigit() and len(chosen) < 19 else None
    if chosen and delivery_id is None:
        abort(404)
    count = replay_webhook(endpoint_id, me(), delivery_id)
    said = ngettext("%(num)s event is on its way again.", "%(num)s events are on their way again.", count)
    return _done(endpoint_id, said % {"num": count})


def delete(endpoint_id: int) -> ResponseReturnValue:
    delete_webhook(endpoint_id, me())
    flash(gettext("The webhook is gone, and its log with it."), "done")
    return redirect(HERE, 303)


def _done(endpoint_id: int, text: str) -> ResponseReturnValue:
    flash(text, "done")
    return redirect(f"{HERE}/{endpoint_id}", 303)


def _fields() -> EndpointFields:
    form = request.form
    name, url = address.plain(form.get("name", "")), address.plain(form.get("url", ""))
    events = tuple(event for event in EVENTS if event in form)
    return EndpointFields(name, url, events, form.get("depot") or None, "with_comment" in form)


def _problem(error: InvalidEndpoint) -> Problem:
    field = str(error)
    odd = NAMELESS if field == "name" else ODD
    problem = PROBLEMS.get(error.problem, odd)
    return Problem(field, gettext(problem))


def _form(fields: EndpointFields, problem: Problem | None) -> dict[str, object]:
    return {
        "fields": fields,
        "problem": problem,
        "depots": depot_choices(me().perimeter.reach),
        "threshold": settings_now().alerts_low_rating,
        "longest": LONGEST_NAME,
    }


def _list(fields: EndpointFields, problem: Problem | None = None) -> str:
    found = queries.endpoints(me().perimeter)
    counts = queries.counts([endpoint.id for endpoint in found])
    return render("admin/webhooks.html", endpoints=found, counts=counts, **_form(fields, problem))


def _page(
    endpoint_id: int, fields: EndpointFields | None = None, problem: Problem | None = None, secret: str = ""
) -> str:
    endpoint = queries.endpoint_by_id(endpoint_id, me().perimeter)
    page = address.cut(lambda cursor: queries.deliveries(endpoint_id, cursor))
    return render(
        "admin/webhook.html",
        endpoint=endpoint,
        acts=acts_on(endpoint.depot_id, me().perimeter),
        secret=secret,
        page=page,
        failed=queries.counts([endpoint_id])[endpoint_id].get("failed", 0),
        next=address.with_cursor(page.next_cursor),
        first=address.with_cursor("") if address.one("cursor") else None,
        zone=settings_now().zone,
        now=clock.now(),
        **_form(fields or _stored(endpoint), problem),
    )


def _stored(endpoint: WebhookEndpoint) -> EndpointFields:
    depot = endpoint.depot.ref if endpoint.depot else None
    return EndpointFields(endpoint.name, endpoint.url, tuple(endpoint.events), depot, endpoint.with_comment)
