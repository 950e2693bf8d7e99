"""A session is used: its row says so, a few minutes coarse, and the idle time begins anew."""

from sqlalchemy import update

from cxweb.accounts.models import StaffSession
from cxweb.accounts.rules import COARSE
from cxweb.core import clock, tokens
from cxweb.core.db import transaction


def touch_session(token: str) -> None:
    """Note the use, unless another request has just done so."""
    now = clock.now()
    mine = (StaffSession.token_digest == tokens.digest(token), StaffSession.seen_at <= now - COARSE)
    with transaction() as opened:
        opened.execute(update(StaffSession).where(*mine).values(seen_at=now))
