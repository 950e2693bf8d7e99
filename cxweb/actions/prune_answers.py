"""Deletes answers that nobody may ask for again: they hold what customers are called and where they live."""

from sqlalchemy import delete, select

from cxweb.accounts.models import KeptAnswer
from cxweb.accounts.rules import ANSWERS_KEPT
from cxweb.core import clock
from cxweb.core.db import session, transaction


def prune_answers() -> int:
    """Delete the old rows; how many."""
    old = KeptAnswer.asked_at <= clock.now() - ANSWERS_KEPT
    if session().scalar(select(KeptAnswer.key_id).where(old).limit(1)) is None:
        return 0
    with transaction() as opened:
        return int(opened.execute(delete(KeptAnswer).where(old)).rowcount)  # type: ignore[attr-defined]
