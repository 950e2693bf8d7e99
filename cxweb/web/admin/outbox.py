"""What a person decides of one message: send it again, or say that it arrived."""

from collections.abc import Callable

from flask import flash, redirect, request
from flask.typing import ResponseReturnValue

from cxweb.accounts.rules import Staff
from cxweb.actions.resend_notification import resend_notification
from cxweb.actions.settle_notification import settle_notification
from cxweb.core.i18n import gettext
from cxweb.notifications.rules import MovedOn
from cxweb.web.admin.guard import safe
from cxweb.web.session import me


def resend(message_id: int) -> ResponseReturnValue:
    return _decided(resend_notification, message_id, gettext("The message is on its way again."))


def settle(message_id: int) -> ResponseReturnValue:
    return _decided(settle_notification, message_id, gettext("Noted: the message has arrived."))


def _decided(action: Callable[[int, str, Staff], None], message_id: int, done: str) -> ResponseReturnValue:
    try:
        action(message_id, request.form.get("stand", ""), me())
        flash(done, "done")
    except MovedOn:
        flash(gettext("The message has moved on since this page was opened, so nothing was changed."), "wait")
    return redirect(safe(request.form.get("next", "/admin/messages")), 303)
