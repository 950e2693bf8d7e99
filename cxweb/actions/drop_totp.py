"""A member of the staff turns the own second step off, which takes a code of it."""

from cxweb.accounts.rules import Staff
from cxweb.actions.steps.check_code import check_code, code_account
from cxweb.actions.steps.claim_try import TooManyAttempts, claim_try, forget_tries
from cxweb.actions.steps.find_user import locked_user
from cxweb.actions.steps.forget_second_step import forget_totp
from cxweb.core import clock
from cxweb.core.audit import record
from cxweb.core.db import transaction

__all__ = ["TooManyAttempts", "drop_totp"]


def drop_totp(code: str, by: Staff, network: str) -> bool:
    """Whether the code was right, and the second step is gone. Raises TooManyAttempts."""
    now = clock.now()
    with transaction():
        user = locked_user(by.id)
        if user.totp_since is None:
            return False
        claim_try(code_account(by.id), network, now)
        if not check_code(user, code, now):
            return False
        forget_tries(code_account(by.id), network)
        forget_totp(user)
        record(by.actor, "totp.dropped", f"user:{by.id}")
        return True
