"""Sends an e-mail to a member of the staff: what alerts, reports and news of files have in common."""

import logging
from collections.abc import Callable
from datetime import datetime
from typing import Protocol

from flask import current_app

from cxweb.core.senders.gateways import gateway
from cxweb.core.senders.local_mailbox import LocalMailbox
from cxweb.core.senders.protocol import (
    Accepted,
    InDoubt,
    Message,
    Outcome,
    RefusedForGood,
    RefusedForNow,
    SendAgain,
    told,
)
from cxweb.notifications.rules import next_attempt_at

log = logging.getLogger(__name__)


class MailRow(Protocol):
    """The columns in which a row of an outbox says what became of its e-mail."""

    state: str
    reason: str | None
    attempts: int
    next_attempt_at: datetime
    lease_token: str | None
    sent_at: datetime | None


def reach_staff(ref: str, recipient: str, build: Callable[[], Message], until: float, *, in_doubt: bool) -> Outcome:
    """Hand the e-mail over, with no transaction open; after a doubt only where that cannot send it twice."""
    sender = gateway(current_app.config["CXWEB"], "email", leaves=True)
    if isinstance(sender, LocalMailbox):
        # Nobody would read it there, and the pages say the same.
        return RefusedForGood("no_gateway")
    try:
        if in_doubt:
            known = sender.after_doubt(ref, until)
            if not isinstance(known, SendAgain):
                return known
        return sender.send(build(), until)
    except Exception as error:
        # What a gateway's code did before it broke is not known.
        log.exception("the gateway broke at %s", ref)
        return InDoubt(told(error, recipient))


def end_mail(row: MailRow, outcome: Outcome, now: datetime) -> None:
    """Write on the row how it ended, or when it is tried again."""
    row.lease_token = None
    if isinstance(outcome, Accepted):
        row.state, row.sent_at = "sent", now
        return
    row.reason = outcome.why
    again = next_attempt_at(row.attempts, now, 0.5) if isinstance(outcome, RefusedForNow) else None
    if again is not None:
        row.state, row.next_attempt_at = "pending", again
    elif isinstance(outcome, InDoubt):
        row.state = "uncertain"
    else:
        row.state = "suppressed" if outcome.why == "no_gateway" else "failed"
