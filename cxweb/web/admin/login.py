"""Signing in and out."""

import math

from flask import Response, make_response, redirect, render_template, request
from flask.typing import ResponseReturnValue

from cxweb.actions.sign_in import TooManyAttempts, WrongPassword, sign_in
from cxweb.actions.sign_out import sign_out
from cxweb.company.queries import settings
from cxweb.core import clock
from cxweb.core.i18n import gettext, ngettext
from cxweb.web import session
from cxweb.web.admin.guard import safe


def show() -> ResponseReturnValue:
    if session.staff() is not None:
        return redirect(safe(request.args.get("next", "")), 303)
    return _page(request.args.get("next", ""), 200)


def create() -> ResponseReturnValue:
    form = request.form
    email, target = _email(form.get("email", "")), form.get("next", "")
    try:
        token = sign_in(email, form.get("password", ""), request.remote_addr or "")
    except WrongPassword:
        error = gettext("This e-mail address and password do not go together. Check both and try again.")
        return _page(target, 422, email, error)
    except TooManyAttempts as refusal:
        seconds = max(1, math.ceil((refusal.until - clock.now()).total_seconds()))
        answer = _page(target, 429, email, _wait(seconds))
        answer.headers["Retry-After"] = str(seconds)
        return answer
    earlier = session.end()
    if earlier:
        sign_out(earlier)
    session.begin(token)
    return redirect(safe(target), 303)


def delete() -> ResponseReturnValue:
    token = session.end()
    if token:
        sign_out(token)
    return redirect("/login", 303)


def _email(text: str) -> str:
    """What was typed as accounts are known: lower case, and nothing a database would choke on."""
    return "".join(character for character in text if character.isprintable()).strip().lower()[:254]


def _wait(seconds: int) -> str:
    n = seconds if seconds < 60 else math.ceil(seconds / 60)
    if seconds < 60:
        wait = ngettext("Wait %(n)s second, then try again.", "Wait %(n)s seconds, then try again.", n)
    else:
        wait = ngettext("Wait %(n)s minute, then try again.", "Wait %(n)s minutes, then try again.", n)
    many = gettext("Too many tries.")
    return f"{many} {wait % {'n': n}}"


def _page(target: str, code: int, email: str = "", error: str = "") -> Response:
    html = render_template(
        "admin/login.html", company=settings().shown_name, email=email, error=error, next=safe(target)
    )
    return make_response(html, code)
