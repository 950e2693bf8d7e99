"""Notes what a run of the retention removed, and on which day it was complete."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import update

from cxweb.accounts.rules import Acting
from cxweb.company.models import Setting
from cxweb.company.queries import settings_now
from cxweb.core.audit import record
from cxweb.core.db import insert_or_leave, session
from cxweb.privacy.queries import RAN_KEY


def note_retention(by: Acting, counted: Mapping[tuple[str, str], int], now: datetime, *, complete: bool) -> None:
    """Enter the run into the audit log where it removed anything; a complete one is the day's."""
    rows = {f"{term}.{table}": number for (term, table), number in counted.items() if number}
    if rows:
        record(by.actor, "retention.applied", "company", complete=complete, **rows)
    if complete:
        note_night(now)


def note_night(now: datetime) -> None:
    """The next night's run is that after this day."""
    day = now.astimezone(settings_now().zone).date().isoformat()
    if not insert_or_leave(Setting, key=RAN_KEY, value=day, updated_at=now):
        session().execute(update(Setting).where(Setting.key == RAN_KEY).values(value=day, updated_at=now))
