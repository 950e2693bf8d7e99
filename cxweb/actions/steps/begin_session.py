"""Begins a session of a member of the staff in the open transaction."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete

from cxweb.accounts.models import StaffSession
from cxweb.accounts.rules import CODE_PATIENCE
from cxweb.company.queries import settings_now
from cxweb.core import tokens
from cxweb.core.audit import record
from cxweb.core.db import session

LONGEST_AGENT = 300


@dataclass(frozen=True)
class SignedIn:
    """The token of a new session; where a second step is set up, it opens nothing until that is taken."""

    token: str
    awaits_code: bool


def begin_session(
    user_id: int, network: str, agent: str, now: datetime, *, awaits_code: bool = False, vouched: bool = False
) -> str:
    """The token of a new session; one that awaits a code opens nothing yet. Sessions that are over are swept away."""
    session().execute(delete(StaffSession).where(StaffSession.expires_at <= now))
    token = tokens.new_secret()
    length = CODE_PATIENCE if awaits_code else timedelta(hours=settings_now().sessions_hours)
    begun = StaffSession(
        token_digest=tokens.digest(token), user_id=user_id, created_at=now, expires_at=now + length, seen_at=now,
        address=network, agent=agent[:LONGEST_AGENT], awaits_code=awaits_code, code_tries=0,
        vouched=vouched,
    )  # fmt: skip
    session().add(begun)
    if not awaits_code:
        record(f"user:{user_id}", "session.begun", f"user:{user_id}")
    return token
