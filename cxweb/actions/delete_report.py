"""A person deletes a saved report; its e-mails that have not left yet go with it."""

from cxweb.accounts.rules import Staff
from cxweb.core.audit import record
from cxweb.core.db import transaction
from cxweb.reports.queries import report_of


def delete_report(report_id: int, by: Staff) -> None:
    """Delete it. Raises UnknownReport, also for another's."""
    with transaction() as opened:
        opened.delete(report_of(report_id, by.id))
        record(by.actor, "report.deleted", f"report:{report_id}")
