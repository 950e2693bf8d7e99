"""Takes a contact off the list of those that get no message."""

from sqlalchemy import delete
from sqlalchemy.engine import CursorResult

from cxweb.actions.steps.digest_contact import digest_contact
from cxweb.core.db import session
from cxweb.notifications.models import OptOut


def remove_opt_out(channel: str, contact: str) -> bool:
    """Remove a normalised e-mail address or phone number; False where it did not stand there."""
    digest = digest_contact(channel, contact)
    result = session().execute(delete(OptOut).where(OptOut.channel == channel, OptOut.digest == digest))
    return isinstance(result, CursorResult) and result.rowcount > 0
