"""A member of the staff says that a message arrived of which the gateway gave no answer."""

from cxweb.accounts.rules import Acting
from cxweb.actions.steps.touch_figures import touch_figures
from cxweb.core import clock
from cxweb.core.audit import record
from cxweb.core.db import transaction
from cxweb.notifications.queries import by_id
from cxweb.notifications.rules import MovedOn


def settle_notification(message_id: int, stand: str, by: Acting) -> None:
    """Mark the message as arrived, sent at its last attempt.

    `stand` is where the row stood when it was shown. Raises UnknownMessage and MovedOn.
    """
    with transaction():
        message = by_id(message_id, by.perimeter, lock=True)
        if message.stand != stand or not message.settleable:
            raise MovedOn
        record(by.actor, "notification.settled", f"notification:{message.id}", before=message.state)
        message.state, message.reason = "delivered", None
        message.sent_at, message.delivered_at = message.next_attempt_at, clock.now()
        touch_figures(message.order_id)
