"""A member of the staff puts a contact on the list of those that get no message."""

from cxweb.accounts.rules import Staff
from cxweb.actions.steps.add_opt_out import add_opt_out
from cxweb.company.queries import settings_now
from cxweb.core.audit import record
from cxweb.core.db import transaction
from cxweb.core.recipients import read_contact
from cxweb.notifications.queries import opt_out_of


def add_to_opt_outs(text: str, by: Staff) -> bool:
    """Add the e-mail address or phone number; False where it stands there already.

    Raises UnusableContact, and ForbiddenAct for who sees only a part of the company: the list is all of it.
    """
    by.require_whole("relations", changes=True)
    with transaction():
        channel, contact = read_contact(text, settings_now().company_country)
        added = add_opt_out(channel, contact, "staff", by.actor)
        row = opt_out_of(channel, contact)
        if added and row is not None:
            record(by.actor, "opt_out.added", f"opt_out:{row.id}", channel=channel)
        return added
