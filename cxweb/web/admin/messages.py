"""The messages and what became of each, and the local mailbox that takes them where no gateway is set."""

from flask import Response, abort
from flask.typing import ResponseReturnValue

from cxweb.company.queries import settings
from cxweb.notifications.models import STATES
from cxweb.notifications.queries import counts, mailbox_ids, mailbox_message, recent
from cxweb.web.admin import address
from cxweb.web.headers import allow_own_frame
from cxweb.web.session import me
from cxweb.web.shell import render

# A message is a page of its own, in a frame without rights: its inline styles are allowed there and nothing else is.
FRAME_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'self'; sandbox"
)


def index() -> ResponseReturnValue:
    perimeter, state = me().perimeter, address.one("state")
    errors = [("state", address.problem("state"))] if state and state not in STATES else []
    page = address.cut(lambda cursor: recent(perimeter, None if errors else state or None, cursor))
    html = render(
        "admin/messages.html",
        in_mailbox=mailbox_ids([row.id for row in page.items]),
        counts=counts(perimeter),
        state=state,
        states=STATES,
        errors=errors,
        zone=settings().zone,
        **address.listing(page, perimeter),
    )
    return html, 422 if errors else 200


def show(message_id: int) -> ResponseReturnValue:
    return render("admin/message.html", message=mailbox_message(message_id, me().perimeter), zone=settings().zone)


def html(message_id: int) -> ResponseReturnValue:
    message = mailbox_message(message_id, me().perimeter)
    if message.html is None:
        abort(404)
    response = allow_own_frame(Response(message.html))
    response.headers["Content-Security-Policy"] = FRAME_POLICY
    return response
