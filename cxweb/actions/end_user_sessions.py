"""An admin ends every session of somebody: a telephone is lost, a browser was left open somewhere."""

from sqlalchemy import delete

from cxweb.accounts.models import StaffSession
from cxweb.accounts.rules import Staff
from cxweb.actions.steps.find_user import user_within
from cxweb.core.audit import record
from cxweb.core.db import transaction


def end_user_sessions(user_id: int, by: Staff) -> None:
    """Sign the person out everywhere. Raises UnknownUser."""
    with transaction() as opened:
        user = user_within(user_id, by)
        opened.execute(delete(StaffSession).where(StaffSession.user_id == user.id))
        record(by.actor, "session.ended", f"user:{user.id}")
