"""A member of the staff starts to set up the second step: a secret for the app, which counts for nothing yet."""

from cxweb.accounts.passwords import matches
from cxweb.accounts.queries import password_hash_of
from cxweb.accounts.rules import Staff
from cxweb.actions.steps.claim_try import TooManyAttempts, claim_try, forget_tries
from cxweb.actions.steps.find_user import locked_user
from cxweb.core import clock, tokens
from cxweb.core.db import transaction
from cxweb.core.sealed import seal
from cxweb.core.totp import new_secret

__all__ = ["TooManyAttempts", "begin_totp"]


def begin_totp(password: str, by: Staff, network: str) -> bool:
    """Whether the password was right: then a new secret waits for a code of it. Raises TooManyAttempts.

    Who has found an open browser must not lock its owner out with an app of their own. A second step that is in force
    stays as it is.
    """
    account = tokens.digest(by.email)
    with transaction():
        claim_try(account, network, clock.now())
    if not matches(password, password_hash_of(by.id)):
        return False
    with transaction():
        user = locked_user(by.id)
        if user.totp_since is None:
            user.totp_secret = seal(new_secret())
        forget_tries(account, network)
    return True
