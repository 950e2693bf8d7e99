"""Signing in at the company's OpenID provider: there and back."""

import logging

from flask import abort, current_app, flash, redirect, request
from flask.typing import ResponseReturnValue

from cxweb.accounts.rules import network_of
from cxweb.actions.ask_provider import ask_provider
from cxweb.actions.sign_in_by_provider import (
    ProviderDown,
    RefusedIdentity,
    StaleChallenge,
    UnknownPerson,
    sign_in_by_provider,
)
from cxweb.core.counters import Counters
from cxweb.core.i18n import gettext, lazy
from cxweb.core.oidc import Provider, provider_of
from cxweb.settings import Settings
from cxweb.web import session
from cxweb.web.admin.guard import safe
from cxweb.web.admin.login import CODE, here, leave, with_next

log = logging.getLogger(__name__)
# From one network; each may ask the provider for something.
MOST_A_MINUTE = 60
DOWN = lazy("%(provider)s does not answer. Sign in with your password, or try again in a minute.")
WRONG = lazy("The answer of %(provider)s was not right, and nobody was signed in. Try once more.")
STALE = lazy("That took too long, or was sent twice. Try once more.")
CANCELLED = lazy("%(provider)s did not sign you in. Try once more, or sign in with your password.")
UNKNOWN = lazy(
    "No account here opens with what %(provider)s says of you. It has to know your e-mail address as verified, and an "
    "admin here has to have invited that very address."
)
MANY = lazy("Too many tries. Wait a minute, then try again.")


def new() -> ResponseReturnValue:
    """Off to the provider."""
    provider, settings = _provider()
    counters: Counters = current_app.extensions["cxweb.limits"]
    if counters.count(f"provider {network_of(request.remote_addr or '')}") > MOST_A_MINUTE:
        return _back(MANY)
    try:
        state, address = ask_provider(provider, settings.secret_key, _address(settings))
    except ProviderDown as refusal:
        log.warning("the sign-in provider is down: %s", refusal)
        return _back(DOWN)
    session.keep_challenge(state, safe(request.args.get("next", "")))
    return redirect(address, 303)


def show() -> ResponseReturnValue:
    """Back from it, with a code that stands for who signed in there."""
    provider, settings = _provider()
    target, state = safe(session.target()), session.take_challenge()
    asked, issuer = request.args, provider.settings.issuer
    # The provider may name itself (RFC 9207), and then it has to be this one.
    if not state or asked.get("state", "") != state or asked.get("iss", issuer) != issuer:
        return _back(STALE)
    if "code" not in asked:
        return _back(CANCELLED)
    try:
        found = sign_in_by_provider(provider, settings.secret_key, _address(settings), state, asked["code"], *here())
    except (StaleChallenge, ProviderDown, RefusedIdentity, UnknownPerson) as refusal:
        log.warning("nobody was signed in by the provider: %s %s", type(refusal).__name__, refusal)
        words = {StaleChallenge: STALE, ProviderDown: DOWN, RefusedIdentity: WRONG, UnknownPerson: UNKNOWN}
        return _back(words[type(refusal)])
    leave()
    if found.awaits_code:
        session.wait_for_code(found.token)
        return redirect(with_next(CODE, target), 303)
    session.begin(found.token)
    return redirect(target, 303)


def _provider() -> tuple[Provider, Settings]:
    settings: Settings = current_app.config["CXWEB"]
    if settings.oidc is None:
        abort(404)
    return provider_of(settings.oidc), settings


def _address(settings: Settings) -> str:
    """Where the provider sends the browser back to."""
    return f"{settings.base_url}/login/provider/back"


def _back(text: str) -> ResponseReturnValue:
    """To the door, which says what happened."""
    provider, _ = _provider()
    flash(gettext(text) % {"provider": provider.settings.name}, "error")
    return redirect("/login", 303)
