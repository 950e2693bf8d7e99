"""A person renames a saved report, or changes how often it is sent."""

from sqlalchemy.exc import IntegrityError

from cxweb.accounts.rules import Staff
from cxweb.core import clock
from cxweb.core.audit import record
from cxweb.core.db import transaction
from cxweb.reports.queries import report_of
from cxweb.reports.rules import NameTaken


def change_report(report_id: int, name: str, schedule: str, by: Staff) -> None:
    """Change both. Raises UnknownReport, also for another's, and NameTaken."""
    with transaction() as opened:
        report = report_of(report_id, by.id)
        report.name = name
        try:
            opened.flush()
        except IntegrityError:
            raise NameTaken from None
        if schedule != report.schedule:
            # A period that ended before is not sent for that.
            report.schedule, report.scheduled_at = schedule, clock.now()
            record(by.actor, "report.scheduled", f"report:{report_id}", schedule=schedule)
