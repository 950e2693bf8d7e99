"""The lease of a message in the outbox: who holds it works on the message, and only the holder writes how it ended."""

import random
import secrets
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.engine import CursorResult

from cxweb.core.db import session
from cxweb.core.senders.protocol import Accepted, InDoubt, Message, Outcome, RefusedForGood, RefusedForNow, Sender
from cxweb.notifications.models import Notification
from cxweb.notifications.queries import sendable
from cxweb.notifications.rules import LEASE, TIME_OUT, Delay, Skip, next_attempt_at


@dataclass(frozen=True)
class Lease:
    """The right to work on a message until the lease ends."""

    notification_id: int
    token: str
    attempts: int
    # Whether an earlier holder vanished, or heard no answer, in the middle of its work.
    in_doubt: bool


@dataclass(frozen=True)
class Ended:
    """How the work on a message ended; message and gateway where it came to that."""

    outcome: Outcome | Skip | Delay
    message: Message | None = None
    sender: Sender | None = None


def claim(notification_id: int, now: datetime) -> Lease | None:
    """Take the lease of a due message, or of one whose lease has ended; None where there is nothing to do."""
    due = select(Notification).where(Notification.id == notification_id, sendable(now))
    row = session().scalar(due.with_for_update(skip_locked=True))
    if row is None:
        return None
    in_doubt = row.state == "sending"
    row.state, row.lease_until, row.lease_token = "sending", now + LEASE, secrets.token_hex(16)
    row.attempts += 1
    return Lease(row.id, row.lease_token, row.attempts, in_doubt)


def finish(lease: Lease, ended: Ended, now: datetime) -> bool:
    """Write the end on the row; False where the lease has meanwhile gone to someone else, and nothing is written."""
    mine = update(Notification).where(Notification.id == lease.notification_id, Notification.lease_token == lease.token)
    result = session().execute(mine.values(_columns(lease, ended, now)))
    return isinstance(result, CursorResult) and result.rowcount == 1


def _columns(lease: Lease, ended: Ended, now: datetime) -> dict[str, Any]:
    free: dict[str, Any] = {"lease_until": None, "lease_token": None, "asked_at": None}
    if ended.message is not None:
        free["recipient"] = ended.message.recipient
    later = next_attempt_at(lease.attempts, now, random.random())  # noqa: S311 - spreads retries, guards nothing
    match ended.outcome:
        case Accepted(provider_id):
            return free | {"state": "sent", "sent_at": now, "provider_id": provider_id, "last_error": None}
        case Skip(state, reason):
            return free | {"state": state, "reason": reason}
        case Delay(until):
            return free | {"state": "pending", "next_attempt_at": until, "attempts": lease.attempts - 1}
        case RefusedForNow(why) if later is not None:
            return free | {"state": "pending", "next_attempt_at": later, "last_error": why}
        case RefusedForGood(why) | RefusedForNow(why):
            return free | {"state": "failed", "last_error": why}
        case InDoubt(why) if later is not None and ended.sender is not None and ended.sender.resolves_doubt:
            # It stays under the lease: when that ends, the gateway is asked, or sent the same key again.
            return {"lease_until": max(later, now + TIME_OUT), "last_error": why}
        case InDoubt(why):
            return free | {"state": "uncertain", "last_error": why}
