"""Takes a contact off the list of those that get no message."""

from sqlalchemy import delete

from cxweb.actions.steps.digest_contact import digest_contact
from cxweb.core.db import session
from cxweb.notifications.models import OptOut


def remove_opt_out(channel: str, contact: str) -> bool:
    """Remove a normalised e-mail address or phone number; False where it does not stand there."""
    statement = delete(OptOut).where(OptOut.channel == channel, OptOut.digest == digest_contact(channel, contact))
    return session().execute(statement.returning(OptOut.id)).first() is not None
