"""Puts a contact on the list of those that get no message."""

from cxweb.actions.steps.digest_contact import digest_contact
from cxweb.core import clock
from cxweb.core.db import insert_or_leave
from cxweb.notifications.models import OptOut


def add_opt_out(channel: str, contact: str, source: str, actor: str) -> bool:
    """Add a normalised e-mail address or phone number; False where it stands there already.

    Messages that wait need no change: each is checked against the list at the moment of sending.
    """
    return insert_or_leave(
        OptOut,
        channel=channel,
        digest=digest_contact(channel, contact),
        contact=contact,
        source=source,
        created_at=clock.now(),
        created_by=actor,
    )
