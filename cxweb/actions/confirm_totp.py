"""A member of the staff has typed in the app's first code: the second step is in force, with its recovery codes."""

from cxweb.accounts.rules import Staff
from cxweb.actions.steps.find_user import locked_user
from cxweb.actions.steps.give_recovery_codes import give_recovery_codes
from cxweb.core import clock
from cxweb.core.audit import record
from cxweb.core.db import transaction
from cxweb.core.sealed import opened_or_none
from cxweb.core.totp import step_of


def confirm_totp(code: str, by: Staff) -> list[str]:
    """The recovery codes, shown this once; none where the code is wrong, or where nothing waits for one."""
    now = clock.now()
    with transaction():
        user = locked_user(by.id)
        secret = opened_or_none(user.totp_secret)
        if secret is None or user.totp_since is not None:
            return []
        step = step_of(secret, "".join(code.split()), now, None)
        if step is None:
            return []
        user.totp_since, user.totp_step = now, step
        record(by.actor, "totp.set_up", f"user:{by.id}")
        return give_recovery_codes(by.id)
