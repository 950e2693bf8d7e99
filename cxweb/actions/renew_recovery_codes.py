"""A member of the staff gets new recovery codes; those before are worth nothing."""

from cxweb.accounts.rules import Staff
from cxweb.actions.steps.check_code import check_code, code_account
from cxweb.actions.steps.claim_try import TooManyAttempts, claim_try, forget_tries
from cxweb.actions.steps.find_user import locked_user
from cxweb.actions.steps.give_recovery_codes import give_recovery_codes
from cxweb.core import clock
from cxweb.core.audit import record
from cxweb.core.db import transaction

__all__ = ["TooManyAttempts", "renew_recovery_codes"]


def renew_recovery_codes(code: str, by: Staff, network: str) -> list[str]:
    """The codes, shown this once; none where the code of now is wrong. Raises TooManyAttempts."""
    now = clock.now()
    with transaction():
        user = locked_user(by.id)
        if user.totp_since is None:
            return []
        claim_try(code_account(by.id), network, now)
        if not check_code(user, code, now):
            return []
        forget_tries(code_account(by.id), network)
        record(by.actor, "totp.codes_renewed", f"user:{by.id}")
        return give_recovery_codes(by.id)
