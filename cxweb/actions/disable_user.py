"""An account is closed: its sessions end at once, and no mailed address opens it."""

from sqlalchemy import delete

from cxweb.accounts.models import StaffSession
from cxweb.accounts.rules import Staff
from cxweb.actions.steps.find_user import user_within
from cxweb.actions.steps.open_link import close_links
from cxweb.core import clock
from cxweb.core.audit import record
from cxweb.core.db import transaction


def disable_user(user_id: int, by: Staff) -> bool:
    """Close the account; False for one's own, so that nobody locks themselves out. Raises UnknownUser."""
    now = clock.now()
    with transaction() as opened:
        user = user_within(user_id, by)
        if user.id == by.id:
            return False
        if user.disabled_at is None:
            user.disabled_at = now
            opened.execute(delete(StaffSession).where(StaffSession.user_id == user.id))
            close_links(user.id, now)
            record(by.actor, "user.disabled", f"user:{user.id}")
        return True
