"""Settings › Order tracking: the switches, and the offer of the message without which few customers answer."""

from flask import flash, redirect, request
from flask.typing import ResponseReturnValue

from cxweb.actions.change_settings import change_settings
from cxweb.company.queries import settings, settings_now
from cxweb.company.rules import with_email, without_email
from cxweb.core.i18n import gettext
from cxweb.web.session import me
from cxweb.web.shell import render

HERE = "/admin/settings/tracking"


def edit() -> ResponseReturnValue:
    company = settings()
    offered = company.tracking_enabled and company.feedback_enabled and company.notifications_completed == "none"
    return render("admin/settings/tracking.html", company=company, message_offered=offered)


def update() -> ResponseReturnValue:
    message = settings_now().notifications_completed
    change_settings(
        {
            "tracking.enabled": _switch("tracking"),
            "feedback.enabled": _switch("feedback"),
            "notifications.completed": (with_email if "message" in request.form else without_email)(message),
        },
        me(),
    )
    flash(gettext("Saved. It is in force now."), "done")
    return redirect(HERE, 303)


def turn_message_on() -> ResponseReturnValue:
    change_settings({"notifications.completed": with_email(settings_now().notifications_completed)}, me())
    flash(gettext("From now on each customer gets an e-mail with the link when the order is completed."), "done")
    return redirect(HERE, 303)


def _switch(name: str) -> str:
    """A checkbox that is off is not sent at all."""
    return "on" if name in request.form else "off"
