"""The lease of an e-mail to the staff: who holds it sends the mail, and only the holder writes how it ended."""

import secrets
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select

from cxweb.accounts.queries import staff_of
from cxweb.accounts.rules import Staff
from cxweb.actions.steps.reach_staff import end_mail
from cxweb.core.db import session
from cxweb.core.senders.protocol import Outcome
from cxweb.notifications.rules import LEASE
from cxweb.reports.models import StaffMail
from cxweb.reports.queries import mails_to_send
from cxweb.reports.rules import MAIL_EXPIRY, NEVER


@dataclass(frozen=True)
class ReportNews:
    """A saved report is due: its name and filters, and the days it is about."""

    name: str
    query: str
    starts: date
    ends: date


@dataclass(frozen=True)
class ExportNews:
    """A file is ready, in the language it was asked in."""

    export_id: int
    language: str
    expires_at: datetime


@dataclass(frozen=True)
class MailLease:
    """The right to send a mail until the lease ends, to whom, and what it tells."""

    mail_id: int
    token: str
    in_doubt: bool
    key: str
    to: Staff
    news: ReportNews | ExportNews


def claim_mail(mail_id: int, now: datetime) -> MailLease | None:
    """Take the mail if it is due and free; None where it is not, or where it is suppressed now with the reason.

    Who lost access meanwhile, or wants no such mails any more, gets none.
    """
    wanted = mails_to_send(now).where(StaffMail.id == mail_id)
    mail = session().scalar(wanted.with_for_update(of=StaffMail, skip_locked=True))
    if mail is None:
        return None
    in_doubt = mail.state == "sending"
    to = staff_of(mail.user_id)
    reason = _obstacle(mail, to, now)
    if to is None or (reason is not None and not in_doubt):
        mail.state, mail.reason = "suppressed", reason
        return None
    mail.state, mail.lease_until, mail.lease_token = "sending", now + LEASE, secrets.token_hex(8)
    mail.attempts += 1
    return MailLease(mail.id, mail.lease_token, in_doubt, mail.key, to, _news(mail))


def _obstacle(mail: StaffMail, to: Staff | None, now: datetime) -> str | None:
    if to is None:
        return "disabled"
    if mail.report is not None:
        if mail.report.schedule == NEVER:
            return "switched_off"
        return "too_late" if now >= mail.created_at + MAIL_EXPIRY else None
    gone = mail.export is None or mail.export.expires_at <= now
    return "too_late" if gone else None if to.may("export") else "forbidden"


def _news(mail: StaffMail) -> ReportNews | ExportNews:
    if mail.report is not None and mail.starts is not None and mail.ends is not None:
        return ReportNews(mail.report.name, mail.report.query, mail.starts, mail.ends)
    assert mail.export is not None  # noqa: S101 - a mail is about one thing, as the table's own check says
    return ExportNews(mail.export.id, mail.export.language, mail.export.expires_at)


def finish_mail(lease: MailLease, outcome: Outcome, now: datetime) -> None:
    """Write how it ended, unless the lease has passed to somebody else."""
    mine = (StaffMail.id == lease.mail_id, StaffMail.lease_token == lease.token, StaffMail.state == "sending")
    mail = session().scalar(select(StaffMail).where(*mine).with_for_update(of=StaffMail))
    if mail is not None:
        end_mail(mail, outcome, now)
