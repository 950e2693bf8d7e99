"""Somebody wants to sign in with a passkey: the browser is told what to ask the device for."""

from cxweb.accounts.passkeys import awaited, known, passkeys_of
from cxweb.actions.steps.sign_in_challenges import give_challenge
from cxweb.core import clock
from cxweb.core.db import transaction
from cxweb.core.passkeys import Site, use_options


def ask_for_passkey(site: Site, waiting: str = "") -> tuple[str, str]:
    """The challenge and what the browser is to ask for, as JSON.

    Of whoever has entered the password already, which the token `waiting` says, only their own passkeys are asked for.
    """
    now = clock.now()
    with transaction():
        user = awaited(waiting, now)
        challenge = give_challenge("passkey", user.id if user else None, now)
        mine = known(passkeys_of(user.id)) if user else []
    return challenge, use_options(site, challenge, mine)
