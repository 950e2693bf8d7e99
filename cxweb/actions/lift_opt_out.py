"""A member of the staff takes a contact off the list of those that get no message, and says why."""

from cxweb.accounts.rules import Staff
from cxweb.core.audit import record
from cxweb.core.db import session, transaction
from cxweb.notifications.models import OptOut
from cxweb.notifications.rules import LIFT_REASONS


def lift_opt_out(opt_out_id: int, reason: str, by: Staff) -> bool:
    """Remove the row; False where it is gone already.

    Raises ValueError for a reason that is none of LIFT_REASONS, and ForbiddenAct for who sees only a part of the
    company: the list is all of it.
    """
    by.require_whole("relations", changes=True)
    if reason not in LIFT_REASONS:
        raise ValueError(reason)
    with transaction():
        row = session().get(OptOut, opt_out_id, with_for_update=True)
        if row is None:
            return False
        details = {"channel": row.channel, "source": row.source, "reason": reason}
        record(by.actor, "opt_out.removed", f"opt_out:{row.id}", **details)
        session().delete(row)
        return True
