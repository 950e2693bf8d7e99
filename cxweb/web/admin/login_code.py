"""The second step of signing in: the code of an app, or a recovery code."""

import logging

from flask import redirect, request
from flask.typing import ResponseReturnValue

from cxweb.accounts.rules import network_of
from cxweb.actions.enter_code import SignInAgain, TooManyAttempts, WrongCode, enter_code
from cxweb.core.i18n import gettext
from cxweb.web import session
from cxweb.web.admin.guard import safe
from cxweb.web.admin.login import door, here, slowed, wait_words, with_next

log = logging.getLogger(__name__)
LONGEST_CODE = 100


def show() -> ResponseReturnValue:
    target = request.args.get("next", "")
    if session.waiting() is None:
        return redirect(with_next("/login", safe(target)), 303)
    return door("login_code", target, 200)


def create() -> ResponseReturnValue:
    target, token = request.form.get("next", ""), session.waiting()
    try:
        begun = enter_code(token or "", request.form.get("code", "")[:LONGEST_CODE], *here())
    except WrongCode:
        log.warning("a code of the second step was refused, from %s", network_of(request.remote_addr or ""))
        error = gettext("This code does not fit, or was used before. Wait for the next one and type it in.")
        return door("login_code", target, 422, error=error)
    except SignInAgain:
        return redirect(with_next("/login", safe(target)), 303)
    except TooManyAttempts as refusal:
        return slowed(door("login_code", target, 429, error=wait_words(refusal.until)), refusal.until)
    session.begin(begun)
    return redirect(safe(target), 303)
