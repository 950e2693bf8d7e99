"""A member of the staff removes a passkey of their own, which takes the password."""

from cxweb.accounts.models import Passkey
from cxweb.accounts.passkeys import UnknownPasskey
from cxweb.accounts.passwords import matches
from cxweb.accounts.queries import password_hash_of
from cxweb.accounts.rules import Staff
from cxweb.actions.steps.claim_try import TooManyAttempts, claim_try, forget_tries
from cxweb.actions.steps.find_user import locked_user
from cxweb.actions.steps.forget_second_step import forget_passkeys
from cxweb.core import clock, tokens
from cxweb.core.audit import record
from cxweb.core.db import transaction

__all__ = ["TooManyAttempts", "remove_passkey"]


def remove_passkey(passkey_id: int, password: str, by: Staff, network: str) -> bool:
    """Whether the password was right, and the passkey is gone. Raises UnknownPasskey and TooManyAttempts."""
    account = tokens.digest(by.email)
    with transaction():
        claim_try(account, network, clock.now())
    if not matches(password, password_hash_of(by.id)):
        return False
    with transaction():
        user = locked_user(by.id)
        forget_tries(account, network)
        if not forget_passkeys(user, Passkey.id == passkey_id):
            raise UnknownPasskey(passkey_id)
        record(by.actor, "passkey.removed", f"user:{by.id}")
    return True
