"""The lease of an export: who holds it writes the file, and only the holder says how it ended."""

import secrets
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select, update

from cxweb.accounts.queries import staff_of
from cxweb.accounts.rules import Staff
from cxweb.core.db import session
from cxweb.reports.filters import ExportChoice, read_choice
from cxweb.reports.models import FeedbackExport, StaffMail
from cxweb.reports.queries import free
from cxweb.reports.rules import MOST_ATTEMPTS, lease_of


class LeaseLost(Exception):
    """Somebody else took the export over."""


@dataclass(frozen=True)
class ExportLease:
    """The right to write an export's file, for whom, and what it holds."""

    export_id: int
    token: str
    by: Staff
    language: str
    choice: ExportChoice
    rows: int


def claim_export(export_id: int, now: datetime) -> ExportLease | None:
    """Take the export if it is free; None where it is not, or where it has failed for good now.

    What its user may see is asked anew: access that was lost meanwhile ends it.
    """
    wanted = select(FeedbackExport).where(FeedbackExport.id == export_id, free(now))
    export = session().scalar(wanted.with_for_update(of=FeedbackExport, skip_locked=True))
    if export is None:
        return None
    by = staff_of(export.user_id)
    if by is None or not by.may("export") or export.attempts >= MOST_ATTEMPTS:
        export.state, export.reason = "failed", "broken" if by and by.may("export") else "forbidden"
        return None
    export.state, export.lease_until, export.lease_token = "building", now + lease_of(export.rows), secrets.token_hex(8)
    export.attempts, export.rows_done = export.attempts + 1, 0
    export.sees = None if by.perimeter.sees is None else sorted(by.perimeter.sees)
    return ExportLease(export.id, export.lease_token, by, export.language, read_choice(export.asked), export.rows)


def tell_rows(lease: ExportLease, done: int, now: datetime) -> None:
    """Write how far it is, and hold the lease for longer. Raises LeaseLost."""
    _set(lease, rows_done=done, lease_until=now + lease_of(lease.rows))


def give_back(lease: ExportLease) -> None:
    """Leave the export to another process, as if this one had never begun it."""
    _set(lease, state="waiting", lease_until=None, attempts=FeedbackExport.attempts - 1, rows_done=0)


def fail_export(lease: ExportLease, reason: str) -> None:
    """Write that it failed for good. Raises LeaseLost."""
    _set(lease, state="failed", reason=reason)


def finish_export(lease: ExportLease, size: int, now: datetime) -> None:
    """Write that the file is there, with the e-mail that says so. Raises LeaseLost."""
    _set(lease, state="ready", ready_at=now, size=size, rows_done=FeedbackExport.rows)
    session().add(
        StaffMail(
            key=f"export:{lease.export_id}",
            user_id=lease.by.id,
            export_id=lease.export_id,
            created_at=now,
            next_attempt_at=now,
        )
    )


def _set(lease: ExportLease, **values: Any) -> None:
    mine = (
        FeedbackExport.id == lease.export_id,
        FeedbackExport.lease_token == lease.token,
        FeedbackExport.state == "building",
    )
    if not session().execute(update(FeedbackExport).where(*mine).values(**values)).rowcount:  # type: ignore[attr-defined]
        raise LeaseLost
