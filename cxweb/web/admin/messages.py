"""The messages and what became of each, and the local mailbox that takes them where no gateway is set."""

from flask import Response, abort
from flask.typing import ResponseReturnValue

from cxweb.accounts.queries import acted_depots
from cxweb.analytics.filters import bounds
from cxweb.company.queries import settings
from cxweb.core import clock
from cxweb.notifications.filters import MessageFilter
from cxweb.notifications.models import CHANNELS, STATES
from cxweb.notifications.queries import counts, health, mailbox_ids, mailbox_message, recent
from cxweb.web.admin import address
from cxweb.web.headers import allow_own_frame
from cxweb.web.session import me
from cxweb.web.shell import render
from cxweb.web.words import MESSAGE_KINDS

# A message is a page of its own, in a frame without rights: its inline styles are allowed there and nothing else is.
FRAME_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'self'; sandbox"
)
CHOICES = {"state": STATES, "message_channel": CHANNELS, "kind": tuple(MESSAGE_KINDS)}


def index() -> ResponseReturnValue:
    perimeter = me().perimeter
    chosen, errors = _filter()
    page = address.cut(lambda cursor: recent(perimeter, chosen, cursor))
    html = render(
        "admin/messages.html",
        in_mailbox=mailbox_ids([row.id for row in page.items]),
        acted=acted_depots(perimeter),
        counts=counts(perimeter, chosen),
        choices=CHOICES,
        filtered=chosen != MessageFilter(),
        errors=errors,
        # Its figures are of the whole company.
        health=health(clock.now()) if perimeter.whole else None,
        zone=settings().zone,
        **address.listing(page, perimeter),
    )
    return html, 422 if errors else 200


def _filter() -> tuple[MessageFilter, list[address.Option]]:
    found = address.asked()
    start, end = bounds(found.filter, settings().zone)
    wanted = {name: address.one(name) for name in CHOICES}
    bad = [name for name, value in wanted.items() if value and value not in CHOICES[name]]
    errors = [*found.errors, *((name, address.problem(name)) for name in bad)]
    if errors:
        return MessageFilter(), errors
    channel, kind = wanted["message_channel"], wanted["kind"]
    return MessageFilter(wanted["state"], channel, kind, found.filter.depot, start, end), []


def show(message_id: int) -> ResponseReturnValue:
    return render("admin/message.html", message=mailbox_message(message_id, me().perimeter), zone=settings().zone)


def html(message_id: int) -> ResponseReturnValue:
    message = mailbox_message(message_id, me().perimeter)
    if message.html is None:
        abort(404)
    response = allow_own_frame(Response(message.html))
    response.headers["Content-Security-Policy"] = FRAME_POLICY
    return response
