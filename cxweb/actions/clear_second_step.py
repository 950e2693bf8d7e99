"""Somebody has lost the telephone and the recovery codes: the second step goes, and they set it up anew."""

from cxweb.accounts.rules import Staff
from cxweb.actions.steps.find_user import user_within
from cxweb.actions.steps.forget_second_step import forget_passkeys, forget_totp
from cxweb.core.audit import record
from cxweb.core.db import transaction


def clear_second_step(user_id: int, by: Staff) -> bool:
    """Take somebody else's app and passkeys away; False for one's own, which takes a code. Raises UnknownUser."""
    with transaction():
        user = user_within(user_id, by)
        if user.id == by.id:
            return False
        forget_passkeys(user)
        forget_totp(user)
        record(by.actor, "totp.removed", f"user:{user.id}")
        return True
