"""A member of the staff signs out: the session's row goes, so that a copy of the cookie is worth nothing."""

from sqlalchemy import delete

from cxweb.accounts.models import StaffSession
from cxweb.core import tokens
from cxweb.core.db import transaction


def sign_out(token: str) -> None:
    """Delete the session the token opens, if there is one."""
    with transaction() as opened:
        opened.execute(delete(StaffSession).where(StaffSession.token_digest == tokens.digest(token)))
