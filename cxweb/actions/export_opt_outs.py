"""Hands out the list of those that get no message as CSV, and keeps on record who took it."""

from cxweb.accounts.rules import Staff
from cxweb.core.audit import record
from cxweb.core.db import transaction
from cxweb.exports.csv_text import csv_text
from cxweb.notifications.queries import opt_out_contacts


def export_opt_outs(by: Staff) -> str:
    """The columns `e-mail`, `phone`, `since` (UTC) and `source`, oldest first; the import takes the same file back.

    An erased contact is known by its digest alone and has no row. Raises ForbiddenAct for who sees only a part of
    the company: the list is all of it.
    """
    by.require_whole("export")
    rows = [
        (contact if channel == "email" else "", contact if channel == "sms" else "", since.isoformat(), source)
        for channel, contact, since, source in opt_out_contacts()
    ]
    with transaction():
        record(by.actor, "opt_out.exported", "opt_outs", rows=len(rows))
    return csv_text(("e-mail", "phone", "since", "source"), rows)
