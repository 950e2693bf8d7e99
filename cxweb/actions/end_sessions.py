"""A member of the staff ends sessions of the own account: one, or all but the one at hand."""

from sqlalchemy import CursorResult, delete

from cxweb.accounts.models import StaffSession
from cxweb.accounts.rules import Staff
from cxweb.core import tokens
from cxweb.core.audit import record
from cxweb.core.db import transaction


def end_sessions(by: Staff, kept_token: str, digest: str = "") -> int:
    """End the session of this digest, or without one all others; how many ended. The one at hand goes on."""
    others = [StaffSession.user_id == by.id, StaffSession.token_digest != tokens.digest(kept_token)]
    if digest:
        others.append(StaffSession.token_digest == digest)
    with transaction() as opened:
        ended = opened.execute(delete(StaffSession).where(*others))
        count = ended.rowcount if isinstance(ended, CursorResult) else 0
        if count:
            record(by.actor, "session.ended", by.actor, sessions=count)
        return count
