"""Writes how the work on leased messages ended, and what follows from it."""

import logging
import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import bindparam, select, update

from cxweb.actions.steps.claim_messages import Lease
from cxweb.actions.steps.gateway_gate import Route, note
from cxweb.actions.steps.keep_in_mailbox import keep_in_mailbox
from cxweb.actions.steps.outbox import add_reminder
from cxweb.actions.steps.touch_figures import touch_figures
from cxweb.actions.steps.waiting_messages import UNANSWERED
from cxweb.company.rules import CompanySettings
from cxweb.core.db import session
from cxweb.core.senders.protocol import Accepted, InDoubt, Message, Outcome, RefusedForGood, RefusedForNow
from cxweb.notifications.models import Notification
from cxweb.notifications.rules import TIME_OUT, Delay, Skip, next_attempt_at

log = logging.getLogger(__name__)

_SENT = (
    update(Notification)
    .where(Notification.id == bindparam("to_id"))
    .values(
        {
            "state": "sent",
            "sent_at": bindparam("to_sent_at"),
            "provider_id": bindparam("to_provider_id"),
            "last_error": None,
            "lease_until": None,
            "lease_token": None,
            "asked_at": None,
        }
    )
)


@dataclass(frozen=True)
class NotBegun:
    """The message was not begun: it is due as it was before."""


@dataclass(frozen=True)
class Ended:
    """How the work on a message ended. `message` is what was handed over; `resolvable`: a doubt can be resolved."""

    lease: Lease
    outcome: Outcome | Skip | Delay | NotBegun
    message: Message | None = None
    resolvable: bool = False


def finish(route: Route, ended: Sequence[Ended], company: CompanySettings, now: datetime) -> None:
    """Write the ends of those whose lease is still held; what has gone to someone else meanwhile is theirs to write."""
    if not ended:
        return
    mine = _held(ended)
    for lost in (end for end in ended if end.lease.notification_id not in mine):
        log.warning("message %s was finished by another process", lost.lease.notification_id)
    held = [end for end in ended if end.lease.notification_id in mine]
    accepted = [end for end in held if isinstance(end.outcome, Accepted)]
    _write_sent(accepted, now)
    touch_figures(*(end.lease.order_id for end in accepted))
    for end in held:
        if isinstance(end.outcome, Accepted):
            _follow_up(route, end, company, now)
        else:
            values = _columns(end, now)
            row = update(Notification).where(Notification.id == end.lease.notification_id)
            session().execute(row.values(values))
    answers = (Accepted, RefusedForGood, RefusedForNow, InDoubt)
    note(route, [end.outcome for end in ended if isinstance(end.outcome, answers) and end.message is not None], now)


def _held(ended: Sequence[Ended]) -> set[int]:
    ids = [end.lease.notification_id for end in ended]
    tokens = {end.lease.token for end in ended}
    rows = select(Notification.id).where(Notification.id.in_(ids), Notification.lease_token.in_(tokens))
    return set(session().scalars(rows.with_for_update()))


def _write_sent(accepted: Sequence[Ended], now: datetime) -> None:
    rows = [
        {"to_id": end.lease.notification_id, "to_sent_at": now, "to_provider_id": end.outcome.provider_id}
        for end in accepted
        if isinstance(end.outcome, Accepted)
    ]
    if rows:
        session().connection().execute(_SENT, rows)


def _follow_up(route: Route, end: Ended, company: CompanySettings, now: datetime) -> None:
    if not route.leaves and end.message is not None:
        keep_in_mailbox(end.lease.notification_id, end.message, now)
    if end.lease.message.invites:
        zone = company.zone_named(end.lease.message.timezone)
        add_reminder(end.lease.order_id, end.lease.message, company, now, zone)


def _columns(end: Ended, now: datetime) -> dict[str, Any]:
    lease = end.lease
    free: dict[str, Any] = {"lease_until": None, "lease_token": None, "asked_at": None}
    later = next_attempt_at(lease.attempts, now, random.random())  # noqa: S311 - spreads retries, guards nothing
    match end.outcome:
        case NotBegun() if lease.in_doubt:
            before = {"lease_token": UNANSWERED, "attempts": lease.attempts - 1} if not lease.abandoned else {}
            return {"lease_until": now - timedelta(microseconds=1), **before}
        case NotBegun():
            return free | {"state": "pending", "attempts": lease.attempts - 1}
        case Skip(state, reason):
            return free | {"state": state, "reason": reason}
        case Delay(until):
            return free | {"state": "pending", "next_attempt_at": until, "attempts": lease.attempts - 1}
        case RefusedForNow(why) if later is not None:
            return free | {"state": "pending", "next_attempt_at": later, "last_error": why}
        case RefusedForGood(why) | RefusedForNow(why):
            return free | {"state": "failed", "last_error": why}
        case InDoubt(why) if later is not None and end.resolvable:
            # It stays under the lease: when that ends, the gateway is asked, or sent the same key again.
            return {"lease_until": max(later, now + TIME_OUT), "lease_token": UNANSWERED, "last_error": why}
        case InDoubt(why):
            return free | {"state": "uncertain", "last_error": why}
    raise AssertionError("unreachable")
