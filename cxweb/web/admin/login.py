"""Signing in by password, and out."""

import logging
import math
from datetime import datetime
from urllib.parse import urlencode

from flask import Response, current_app, make_response, redirect, render_template, request
from flask.typing import ResponseReturnValue

from cxweb.accounts.passkeys import awaited
from cxweb.accounts.rules import network_of
from cxweb.actions.sign_in import TooManyAttempts, WrongPassword, sign_in
from cxweb.actions.sign_out import sign_out
from cxweb.company.queries import settings
from cxweb.core import clock
from cxweb.core.i18n import gettext, ngettext
from cxweb.web import session
from cxweb.web.admin.guard import safe
from cxweb.web.admin.passkey_site import site_here

log = logging.getLogger(__name__)
CODE = "/login/code"


def show() -> ResponseReturnValue:
    if session.staff() is not None:
        return redirect(safe(request.args.get("next", "")), 303)
    return door("login", request.args.get("next", ""), 200)


def create() -> ResponseReturnValue:
    form = request.form
    email, target = plain_email(form.get("email", "")), form.get("next", "")
    try:
        found = sign_in(email, form.get("password", ""), *here())
    except WrongPassword:
        log.warning("a password was refused, from %s", network_of(request.remote_addr or ""))
        error = gettext("This e-mail address and password do not go together. Check both and try again.")
        return door("login", target, 422, email, error)
    except TooManyAttempts as refusal:
        return slowed(door("login", target, 429, email, wait_words(refusal.until)), refusal.until)
    leave()
    if found.awaits_code:
        session.wait_for_code(found.token)
        return redirect(with_next(CODE, safe(target)), 303)
    session.begin(found.token)
    return redirect(safe(target), 303)


def delete() -> ResponseReturnValue:
    leave()
    answer = redirect("/login", 303)
    # Whatever a browser may still hold of the pages goes with the session; it listens to this over https.
    answer.headers["Clear-Site-Data"] = '"cache", "storage"'
    return answer


def leave() -> None:
    """Whoever was signed in with this browser is not any more."""
    token = session.end()
    if token:
        sign_out(token)


def here() -> tuple[str, str]:
    """Where the request comes from, and how its browser names itself."""
    return request.remote_addr or "", request.user_agent.string


def plain_email(text: str) -> str:
    """What was typed as accounts are known: lower case, and nothing a database would choke on."""
    return "".join(character for character in text if character.isprintable()).strip().lower()[:254]


def with_next(path: str, target: str) -> str:
    """The address, with where to go afterwards unless that is the first page anyway."""
    return path if target == "/admin/" else f"{path}?{urlencode({'next': target})}"


def slowed(answer: Response, until: datetime) -> Response:
    """The answer, with when the next try is heard."""
    answer.headers["Retry-After"] = str(_seconds(until))
    return answer


def wait_words(until: datetime) -> str:
    """How long to wait, in words."""
    seconds = _seconds(until)
    n = seconds if seconds < 60 else math.ceil(seconds / 60)
    if seconds < 60:
        wait = ngettext("Wait %(n)s second, then try again.", "Wait %(n)s seconds, then try again.", n)
    else:
        wait = ngettext("Wait %(n)s minute, then try again.", "Wait %(n)s minutes, then try again.", n)
    many = gettext("Too many tries.")
    return f"{many} {wait % {'n': n}}"


def _seconds(until: datetime) -> int:
    return max(1, math.ceil((until - clock.now()).total_seconds()))


def door(name: str, target: str, code: int, email: str = "", error: str = "") -> Response:
    """A page of the way in, which nobody needs to be signed in for."""
    token = session.waiting() if name == "login_code" else None
    html = render_template(
        f"admin/{name}.html",
        company=settings().shown_name,
        email=email,
        error=error,
        next=safe(target),
        passkeys=site_here() is not None,
        provider=current_app.config["CXWEB"].oidc,
        waited=awaited(token, clock.now()) if token else None,
    )
    return make_response(html, code)
