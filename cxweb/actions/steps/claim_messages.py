"""Claims due messages for sending: who holds the lease works on them, and only the holder writes how it ended."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, update

from cxweb.actions.steps.ask_person import People
from cxweb.actions.steps.gateway_gate import Route, admitted
from cxweb.actions.steps.waiting_messages import Waiting, facts_of, message_facts, waiting
from cxweb.company.rules import CompanySettings
from cxweb.core.db import session
from cxweb.notifications.messages import MessageFacts
from cxweb.notifications.models import Notification
from cxweb.notifications.rules import LEASE, ORDER_COMPLETED, Delay, Facts, Skip, obstacle, uninvited

_ROW = Notification.id == bindparam("to_id")
# No object of the session stands for these rows.
_LEASED = (
    update(Notification)
    .where(_ROW)
    .values(
        {
            "state": "sending",
            "attempts": bindparam("to_attempts"),
            "lease_until": bindparam("to_lease_until"),
            "lease_token": bindparam("to_lease_token"),
            "recipient": bindparam("to_recipient"),
            "invites": bindparam("to_invites"),
            "uninvited": bindparam("to_uninvited"),
        }
    )
)


@dataclass(frozen=True)
class Lease:
    """The right to work on a message until the lease ends. `stop` is what keeps it from leaving, to be obeyed once
    it is known that an earlier attempt did not reach the gateway."""

    message: MessageFacts
    notification_id: int
    order_id: int
    token: str
    attempts: int
    in_doubt: bool
    abandoned: bool
    stop: Skip | Delay | None = None


def claim(route: Route, ids: Sequence[int], company: CompanySettings, now: datetime) -> list[Lease]:
    """Take the leases of those messages that may leave now; the others get their end or a later time at once."""
    rows = waiting(ids, now)
    if not rows:
        return []
    pairs = list(zip(rows, facts_of(rows, company, now), strict=True))
    stopped = {row.id: stop for row, facts in pairs if (stop := obstacle(facts, now)) is not None}
    _stop([(row, stopped[row.id]) for row in rows if row.id in stopped and not row.in_doubt])
    pairs = [(row, facts) for row, facts in pairs if row.in_doubt or row.id not in stopped]
    count, again_at = admitted(route, len(pairs), company, now)
    _hold([row for row, _ in pairs[count:]], again_at)
    return _lease(pairs[:count], stopped, company, now)


def _stop(rows: Sequence[tuple[Waiting, Skip | Delay]]) -> None:
    for row, stop in rows:
        values: dict[str, Any] = {"asked_at": None}
        match stop:
            case Skip(state, reason):
                values |= {"state": state, "reason": reason}
            case Delay(until):
                values |= {"next_attempt_at": until}
        session().execute(update(Notification).where(Notification.id == row.id).values(values))


def _hold(rows: Sequence[Waiting], until: datetime) -> None:
    """Let messages wait for their gateway; this is no attempt. Those in doubt stay so."""
    for in_doubt in (False, True):
        ids = [row.id for row in rows if row.in_doubt is in_doubt]
        values: dict[str, Any] = {"lease_until": until} if in_doubt else {"next_attempt_at": until, "asked_at": None}
        if ids:
            session().execute(update(Notification).where(Notification.id.in_(ids)).values(values))


def _lease(
    pairs: Sequence[tuple[Waiting, Facts]],
    stopped: dict[int, Skip | Delay],
    company: CompanySettings,
    now: datetime,
) -> list[Lease]:
    people = People([row for row, _ in pairs], company)
    token, until = secrets.token_hex(16), now + LEASE
    leases, columns = [], []
    for row, facts in pairs:
        stop = stopped.get(row.id)
        facts = replace(facts, throttled=people.throttled(row, now))
        reason = uninvited(facts)
        if stop is None and reason is not None and row.kind != ORDER_COMPLETED and not row.in_doubt:
            _stop([(row, Skip("suppressed", reason))])
            continue
        invites = row.invites and reason is None
        if stop is None and invites:
            people.ask(row, now)
        message = message_facts(row, facts.recipient or "", invites)
        attempts = row.attempts if row.abandoned else row.attempts + 1
        lease = Lease(message, row.id, row.order_id, token, attempts, row.in_doubt, row.abandoned, stop)
        leases.append(lease)
        columns.append(
            {
                "to_id": row.id,
                "to_attempts": attempts,
                "to_lease_until": until,
                "to_lease_token": token,
                "to_recipient": facts.recipient,
                "to_invites": invites,
                "to_uninvited": reason or row.uninvited,
            }
        )
    people.store()
    if columns:
        session().connection().execute(_LEASED, columns)
    return leases
