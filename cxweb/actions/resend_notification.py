"""A member of the staff has a message sent again that perhaps did not, or did not, arrive."""

from cxweb.accounts.rules import Acting
from cxweb.actions.steps.outbox import SEND_JOB
from cxweb.core import clock
from cxweb.core.audit import record
from cxweb.core.db import transaction
from cxweb.core.queue import enqueue
from cxweb.notifications.queries import by_id
from cxweb.notifications.rules import MovedOn


def resend_notification(message_id: int, stand: str, by: Acting) -> None:
    """Make the message due now, under the same dedupe key; what is checked at sending is checked again.

    `stand` is where the row stood when it was shown: two clicks send once. Raises UnknownMessage and MovedOn.
    """
    now = clock.now()
    with transaction():
        message = by_id(message_id, by.perimeter, lock=True)
        if message.stand != stand or not message.resendable:
            raise MovedOn
        record(by.actor, "notification.resent", f"notification:{message.id}", before=message.state)
        message.state, message.reason, message.last_error = "pending", None, None
        # A fresh start of the retries, and a fresh day until it expires.
        message.attempts, message.due_at, message.next_attempt_at, message.asked_at = 0, now, now, now
        enqueue("messages", SEND_JOB, [message.id])
