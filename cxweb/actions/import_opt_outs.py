"""Takes a file of contacts into the list of those that get no message, in batches that hold up nobody."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from cxweb.accounts.rules import Staff
from cxweb.actions.steps.add_opt_out import add_opt_out
from cxweb.company.queries import settings_now
from cxweb.core.audit import record
from cxweb.core.db import transaction
from cxweb.core.recipients import UnusableContact, read_contact
from cxweb.imports.contact_rows import CannotReadContacts as CannotReadContacts
from cxweb.imports.contact_rows import ContactRow, read_contacts

BATCH = 500


@dataclass
class Taken:
    """How many contacts were added or stood there already, and the line and reason of each refused row."""

    added: int = 0
    known: int = 0
    refused: list[tuple[int, str]] = field(default_factory=list)


def import_opt_outs(data: bytes, by: Staff) -> Taken:
    """Add each row's e-mail address and phone number; a row with one that cannot be used is refused as a whole.

    Raises CannotReadContacts, and ForbiddenAct for who sees only a part of the company: the list is all of it.
    """
    by.require_whole("relations", changes=True)
    rows, taken = read_contacts(data), Taken()
    for start in range(0, len(rows), BATCH):
        with transaction():
            before = taken.added
            _take(rows[start : start + BATCH], taken, by.actor)
            if taken.added > before:
                record(by.actor, "opt_out.imported", "opt_outs", added=taken.added - before)
    return taken


def _take(rows: Iterable[ContactRow], taken: Taken, actor: str) -> None:
    country = settings_now().company_country
    for row in rows:
        if not row.texts:
            taken.refused.append((row.line, row.problem or "empty"))
            continue
        try:
            contacts = [read_contact(text, country) for text in row.texts]
        except UnusableContact:
            taken.refused.append((row.line, "unusable"))
            continue
        for channel, contact in contacts:
            if add_opt_out(channel, contact, "import", actor):
                taken.added += 1
            else:
                taken.known += 1
