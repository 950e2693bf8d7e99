"""A closed account is opened again, with the password it had."""

from cxweb.accounts.rules import Staff
from cxweb.actions.steps.find_user import user_within
from cxweb.core.audit import record
from cxweb.core.db import transaction


def enable_user(user_id: int, by: Staff) -> None:
    """Open the account again. Raises UnknownUser."""
    with transaction():
        user = user_within(user_id, by)
        if user.disabled_at is not None:
            user.disabled_at = None
            record(by.actor, "user.enabled", f"user:{user.id}")
