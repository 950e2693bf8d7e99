"""An invitation is sent once more, or somebody who cannot get in is sent the address for a new password."""

from cxweb.accounts.queries import UnknownUser
from cxweb.accounts.rules import Staff
from cxweb.actions.steps.find_user import user_within
from cxweb.actions.steps.open_link import open_link
from cxweb.core import clock
from cxweb.core.audit import record
from cxweb.core.db import transaction


def mail_link(user_id: int, by: Staff) -> str:
    """Open a new address in the place of earlier ones; its secret, for where no mail leaves this machine.

    Raises UnknownUser, also for a closed account.
    """
    with transaction():
        user = user_within(user_id, by)
        if user.disabled_at is not None:
            raise UnknownUser(user_id)
        record(by.actor, "user.link_sent", f"user:{user.id}")
        return open_link(user, clock.now())
