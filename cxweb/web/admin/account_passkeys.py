"""My passkeys: added with the password, shown by name, removed with the password."""

import logging

from flask import abort, flash, redirect, request
from flask.typing import ResponseReturnValue

from cxweb.accounts.models import Passkey
from cxweb.accounts.passkeys import passkey_of
from cxweb.accounts.rules import network_of
from cxweb.actions.add_passkey import RefusedPasskey, StaleChallenge, add_passkey
from cxweb.actions.begin_passkey import CannotAddPasskey, TooManyAttempts, begin_passkey
from cxweb.actions.remove_passkey import remove_passkey
from cxweb.core import clock
from cxweb.core.i18n import gettext
from cxweb.web import session
from cxweb.web.admin.account import HERE
from cxweb.web.admin.browser import browser_words
from cxweb.web.admin.login import wait_words
from cxweb.web.admin.passkey_site import problem, site, site_here, wanted
from cxweb.web.session import me
from cxweb.web.shell import render

log = logging.getLogger(__name__)
LONGEST_NAME = 60


def new() -> ResponseReturnValue:
    return _page()


def options() -> ResponseReturnValue:
    """What the browser is to make, for who knows the password."""
    here = site_here()
    if here is None:
        abort(404)
    try:
        begun = begin_passkey(request.form.get("password", ""), here, me(), network_of(request.remote_addr or ""))
    except TooManyAttempts as refusal:
        return problem(wait_words(refusal.until), 429)
    except CannotAddPasskey:
        return problem(gettext("You have as many passkeys as an account may have. Remove one first."), 422)
    if begun is None:
        return problem(gettext("This is not your current password."), 422)
    session.keep_challenge(begun[0])
    return wanted(begun[1])


def create() -> ResponseReturnValue:
    form, here, challenge = request.form, site_here(), session.take_challenge()
    if here is None:
        abort(404)
    name = "".join(filter(str.isprintable, form.get("name", ""))).strip()[:LONGEST_NAME]
    try:
        named = name or browser_words(request.user_agent.string)
        codes = add_passkey(form.get("credential", ""), named, challenge, here, me())
    except RefusedPasskey as refusal:
        log.warning("a new passkey was refused, of %s: %s", me().actor, refusal)
        return _page(gettext("The device’s answer was not right, and nothing was added. Try once more.")), 422
    except StaleChallenge:
        return _page(gettext("That took too long, or was sent twice. Try once more.")), 422
    if codes:
        return render("admin/account_codes.html", codes=codes)
    flash(gettext("The passkey is added. Try it the next time you sign in."), "done")
    return redirect(HERE, 303)


def show(passkey_id: int) -> ResponseReturnValue:
    return _one(passkey_of(passkey_id, me().id))


def delete(passkey_id: int) -> ResponseReturnValue:
    passkey = passkey_of(passkey_id, me().id)
    try:
        network = network_of(request.remote_addr or "")
        removed = remove_passkey(passkey_id, request.form.get("password", ""), me(), network)
    except TooManyAttempts as refusal:
        return _one(passkey, wait_words(refusal.until)), 429
    if not removed:
        return _one(passkey, gettext("This is not your current password.")), 422
    flash(gettext("The passkey is removed. Delete it on the device too: it opens nothing here any more."), "done")
    return redirect(HERE, 303)


def _page(error: str = "") -> str:
    found = site()
    # A number is no name for them: the same site may be open under one that is.
    elsewhere = found.origin if found is not None and site_here() is None else ""
    return render("admin/account_passkeys.html", problem=error, here=site_here(), elsewhere=elsewhere)


def _one(passkey: Passkey, error: str = "") -> str:
    return render("admin/account_passkey.html", passkey=passkey, problem=error, now=clock.now())
