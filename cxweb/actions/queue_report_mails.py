"""Writes into the outbox what is due of the saved reports: each for its last week or month that is over."""

from sqlalchemy import select

from cxweb.company.queries import settings_now
from cxweb.core import clock
from cxweb.core.db import insert_or_leave, session, transaction
from cxweb.reports.models import StaffMail
from cxweb.reports.queries import scheduled_reports
from cxweb.reports.rules import last_full


def queue_report_mails() -> None:
    """Each report and period once for ever, however often this runs. After a long standstill only the last one."""
    now, zone = clock.now(), settings_now().zone
    wanted = []
    for report in scheduled_reports():
        period = last_full(report.schedule, now, zone)
        if report.scheduled_at <= period.due_at <= now:
            wanted.append((f"report:{report.id}:{report.schedule}:{period.starts}", report, period))
    known = set(session().scalars(select(StaffMail.key).where(StaffMail.key.in_([key for key, *_ in wanted]))))
    missing = [(key, report, period) for key, report, period in wanted if key not in known]
    if not missing:
        return
    with transaction():
        for key, report, period in missing:
            insert_or_leave(
                StaffMail,
                key=key,
                user_id=report.user_id,
                report_id=report.id,
                starts=period.starts,
                ends=period.ends,
                state="pending",
                attempts=0,
                created_at=now,
                next_attempt_at=now,
            )
