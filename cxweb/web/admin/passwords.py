"""Forgotten passwords, and the mailed address where one is chosen."""

from flask import Response, current_app, flash, make_response, redirect, render_template, request
from flask.typing import ResponseReturnValue

from cxweb.accounts.passwords import WEAKNESSES
from cxweb.accounts.queries import UnknownLink, open_link_of
from cxweb.accounts.rules import network_of
from cxweb.actions.choose_password import WeakPassword, choose_password
from cxweb.actions.request_password import request_password
from cxweb.company.queries import settings
from cxweb.core import clock
from cxweb.core.counters import WINDOW_S, Counters
from cxweb.core.i18n import gettext
from cxweb.web import session
from cxweb.web.admin.login import plain_email

# From one address; nobody forgets a password that often.
MOST_A_MINUTE = 5


def new() -> ResponseReturnValue:
    return _page("password_ask")


def create() -> ResponseReturnValue:
    """The answer is the same whoever asks for whomever, and comes as fast."""
    email = plain_email(request.form.get("email", ""))
    counters: Counters = current_app.extensions["cxweb.limits"]
    if counters.count(f"password {network_of(request.remote_addr or '')}") > MOST_A_MINUTE:
        answer = _page("password_ask", 429, error=gettext("Too many tries. Wait a minute, then try again."))
        answer.headers["Retry-After"] = str(WINDOW_S)
        return answer
    if "@" not in email:
        return _page("password_ask", 422, error=gettext("Write the whole e-mail address of your account."))
    request_password(email)
    return _page("password_asked", email=email)


def edit(secret: str) -> ResponseReturnValue:
    try:
        link = open_link_of(secret, current_app.config["CXWEB"].secret_key, clock.now())
    except UnknownLink:
        return _page("password_gone", 404)
    return _page("password_choose", email=link.user.email)


def update(secret: str) -> ResponseReturnValue:
    try:
        link = open_link_of(secret, current_app.config["CXWEB"].secret_key, clock.now())
        choose_password(secret, request.form.get("password", ""))
    except UnknownLink:
        return _page("password_gone", 404)
    except WeakPassword as refusal:
        return _page("password_choose", 422, email=link.user.email, error=gettext(WEAKNESSES[refusal.why]))
    session.end()
    flash(gettext("Your password is set. Sign in with it."), "done")
    return redirect("/login", 303)


def _page(name: str, code: int = 200, email: str = "", error: str = "") -> Response:
    smtp = bool(current_app.config["CXWEB"].smtp_url)
    html = render_template(
        f"admin/{name}.html", company=settings().shown_name, email=email, error=error, smtp=smtp, here=request.path
    )
    return make_response(html, code)
