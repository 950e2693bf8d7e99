"""A person keeps the report's filters under a name."""

from sqlalchemy import func, select

from cxweb.accounts.rules import Staff
from cxweb.core import clock
from cxweb.core.audit import record
from cxweb.core.db import insert_or_leave, transaction
from cxweb.reports.models import SavedReport
from cxweb.reports.rules import MOST_REPORTS, NameTaken, TooManyReports


def save_report(name: str, query: str, schedule: str, by: Staff) -> None:
    """Save it; `query` is the report's address behind its question mark, already read. Raises NameTaken and
    TooManyReports."""
    now = clock.now()
    with transaction() as opened:
        mine = select(func.count()).select_from(SavedReport).where(SavedReport.user_id == by.id)
        if (opened.scalar(mine) or 0) >= MOST_REPORTS:
            raise TooManyReports
        facts = {"name": name, "query": query, "schedule": schedule}
        if not insert_or_leave(SavedReport, user_id=by.id, scheduled_at=now, created_at=now, **facts):
            raise NameTaken
        record(by.actor, "report.saved", "reports", schedule=schedule)
