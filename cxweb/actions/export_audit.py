"""Hands out a part of the audit log as CSV, which is on record itself."""

import json

from cxweb.accounts.filters import AuditFilter
from cxweb.accounts.queries import actor_names, audit_entries
from cxweb.accounts.rules import Staff
from cxweb.core.audit import record
from cxweb.core.db import session, transaction
from cxweb.exports.csv_text import csv_text

MOST = 50_000


class TooManyEntries(Exception):
    """More than a file holds: fewer days have to be asked for."""


def export_audit(chosen: AuditFilter, by: Staff) -> str:
    """The columns `at` (UTC), `actor`, `name`, `act`, `object` and `details` (JSON), the newest first.

    Raises TooManyEntries, and ForbiddenAct for who sees only a part of the company.
    """
    by.require("audit")
    entries = session().scalars(audit_entries(chosen).limit(MOST + 1)).all()
    if len(entries) > MOST:
        raise TooManyEntries
    names = actor_names(entry.actor for entry in entries)
    rows = [
        (
            entry.at.isoformat(),
            entry.actor,
            names.get(entry.actor, ""),
            entry.act,
            entry.object,
            json.dumps(entry.details, ensure_ascii=False),
        )
        for entry in entries
    ]
    with transaction():
        record(by.actor, "audit.exported", "audit", rows=len(rows))
    return csv_text(("at", "actor", "name", "act", "object", "details"), rows)
