"""Sets a person's password in the open transaction; whoever was signed in with the one before is out."""

from datetime import datetime

from sqlalchemy import delete

from cxweb.accounts.models import StaffSession, User
from cxweb.actions.steps.open_link import close_links
from cxweb.core.audit import record
from cxweb.core.db import session


def set_password(user: User, password_hash: str, actor: str, now: datetime) -> None:
    """Store the hash, end every session of the person, and close the addresses that were mailed."""
    user.password_hash, user.password_changed_at = password_hash, now
    session().execute(delete(StaffSession).where(StaffSession.user_id == user.id))
    close_links(user.id, now)
    record(actor, "user.password_changed", f"user:{user.id}")
