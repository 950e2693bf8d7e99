"""A member of the staff starts to add a passkey: the browser is told what to make."""

from cxweb.accounts.passkeys import known, passkeys_of
from cxweb.accounts.passwords import matches
from cxweb.accounts.queries import password_hash_of
from cxweb.accounts.rules import MOST_PASSKEYS, Staff
from cxweb.actions.steps.claim_try import TooManyAttempts, claim_try, forget_tries
from cxweb.actions.steps.passkey_handle import passkey_handle
from cxweb.actions.steps.sign_in_challenges import give_challenge
from cxweb.company.queries import settings
from cxweb.core import clock, tokens
from cxweb.core.db import transaction
from cxweb.core.passkeys import Owner, Site, new_passkey_options

__all__ = ["CannotAddPasskey", "TooManyAttempts", "begin_passkey"]


class CannotAddPasskey(Exception):
    """The person has MOST_PASSKEYS already."""


def begin_passkey(password: str, site: Site, by: Staff, network: str) -> tuple[str, str] | None:
    """The challenge and what the browser is to make, as JSON; None where the password is wrong.

    Who has found an open browser must not come back with a passkey of their own. Raises TooManyAttempts and
    CannotAddPasskey.
    """
    account = tokens.digest(by.email)
    with transaction():
        claim_try(account, network, clock.now())
    if not matches(password, password_hash_of(by.id)):
        return None
    with transaction():
        forget_tries(account, network)
        mine = passkeys_of(by.id)
        if len(mine) >= MOST_PASSKEYS:
            raise CannotAddPasskey
        challenge, handle = give_challenge("new_passkey", by.id, clock.now()), passkey_handle(by.id)
    owner = Owner(handle, by.email, by.name)
    return challenge, new_passkey_options(site, challenge, owner, settings().shown_name, known(mine))
