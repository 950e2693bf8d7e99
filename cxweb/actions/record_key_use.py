"""A key is used: its last use is noted, at most once in a while."""

from sqlalchemy import or_, update

from cxweb.accounts.models import ApiKey
from cxweb.accounts.rules import LAST_USE
from cxweb.core import clock
from cxweb.core.db import transaction


def record_key_use(key_id: int) -> None:
    """Note the use; of many requests at once, one writes."""
    now = clock.now()
    due = or_(ApiKey.last_used_at.is_(None), ApiKey.last_used_at <= now - LAST_USE)
    with transaction() as opened:
        opened.execute(update(ApiKey).where(ApiKey.id == key_id, due).values(last_used_at=now))
