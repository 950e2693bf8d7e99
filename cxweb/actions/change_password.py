"""A member of the staff changes the password: every session ends, and the one at hand goes on as a new one."""

from cxweb.accounts.passwords import hashed, matches, weakness
from cxweb.accounts.queries import password_hash_of
from cxweb.accounts.rules import Staff, network_of
from cxweb.actions.steps.begin_session import begin_session
from cxweb.actions.steps.claim_try import TooManyAttempts, claim_try, forget_tries
from cxweb.actions.steps.find_user import locked_user
from cxweb.actions.steps.set_password import set_password
from cxweb.company.queries import settings_now
from cxweb.core import clock, tokens
from cxweb.core.db import transaction

__all__ = ["CannotChangePassword", "TooManyAttempts", "change_password"]


class CannotChangePassword(ValueError):
    """`field` is what was wrong, `current` or `password`; `why` a name of WEAKNESSES for the new one."""

    def __init__(self, field: str, why: str = "") -> None:
        super().__init__(field)
        self.field, self.why = field, why


def change_password(current: str, password: str, by: Staff, address: str, agent: str) -> str:
    """The token of the session that goes on. Raises CannotChangePassword and TooManyAttempts.

    Who has found an open browser guesses the current password no faster than at the door.
    """
    now, network, account = clock.now(), network_of(address), tokens.digest(by.email)
    why = weakness(password, by.email.partition("@")[0], by.name, settings_now().company_name)
    if why is not None:
        raise CannotChangePassword("password", why)
    with transaction():
        claim_try(account, network, now)
    if not matches(current, password_hash_of(by.id)):
        raise CannotChangePassword("current")
    password_hash = hashed(password)
    with transaction():
        set_password(locked_user(by.id), password_hash, by.actor, now)
        forget_tries(account, network)
        return begin_session(by.id, network, agent, now)
