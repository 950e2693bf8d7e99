"""Signing in with a passkey, at the door or as the second step."""

import logging

from flask import Response, abort, current_app, redirect, request
from flask.typing import ResponseReturnValue

from cxweb.accounts.rules import network_of
from cxweb.actions.ask_for_passkey import ask_for_passkey
from cxweb.actions.sign_in_by_passkey import RefusedPasskey, StaleChallenge, TooManyAttempts, sign_in_by_passkey
from cxweb.core.counters import WINDOW_S, Counters
from cxweb.core.i18n import gettext
from cxweb.web import session
from cxweb.web.admin.guard import safe
from cxweb.web.admin.login import door, here, leave, slowed, wait_words
from cxweb.web.admin.passkey_site import problem, site_here, wanted

log = logging.getLogger(__name__)
# From one network; each is a row for five minutes.
MOST_A_MINUTE = 60


def options() -> ResponseReturnValue:
    site, counters = site_here(), current_app.extensions["cxweb.limits"]
    assert isinstance(counters, Counters)  # noqa: S101 - narrows the type
    if site is None:
        abort(404)
    if counters.count(f"passkey {network_of(request.remote_addr or '')}") > MOST_A_MINUTE:
        answer = problem(gettext("Too many tries. Wait a minute, then try again."), 429)
        answer.headers["Retry-After"] = str(WINDOW_S)
        return answer
    challenge, asked = ask_for_passkey(site, session.waiting() or "")
    session.keep_challenge(challenge)
    return wanted(asked)


def create() -> ResponseReturnValue:
    site, target, waiting = site_here(), request.form.get("next", ""), session.waiting() or ""
    if site is None:
        abort(404)
    try:
        challenge, answer = session.take_challenge(), request.form.get("credential", "")
        token = sign_in_by_passkey(answer, challenge, site, *here(), waiting)
    except RefusedPasskey as refusal:
        log.warning("a passkey was refused, from %s: %s", network_of(request.remote_addr or ""), refusal)
        return _door(gettext("This passkey does not open an account here. Take another, or sign in without it."), 422)
    except StaleChallenge:
        return _door(gettext("That took too long, or was sent twice. Try once more."), 422)
    except TooManyAttempts as refusal:
        return slowed(_door(wait_words(refusal.until), 429), refusal.until)
    leave()
    session.begin(token)
    return redirect(safe(target), 303)


def _door(error: str, code: int) -> Response:
    """The page from which the passkey was asked for."""
    return door("login_code" if session.waiting() else "login", request.form.get("next", ""), code, error=error)
