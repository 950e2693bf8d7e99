"""Writes how the posting of events ended, and what that says of the endpoint's server."""

import logging
import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from cxweb.actions.steps.claim_deliveries import Post, gate_of
from cxweb.core.db import session
from cxweb.core.senders.gate import heard
from cxweb.core.senders.protocol import Accepted, Outcome, RefusedForGood
from cxweb.notifications.rules import next_attempt_at
from cxweb.webhooks.models import WebhookDelivery, WebhookEndpoint
from cxweb.webhooks.rules import gives_up

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Posted:
    """How the posting ended; None: it was not begun."""

    post: Post
    outcome: Outcome | None


def finish_deliveries(endpoint: WebhookEndpoint, ended: Sequence[Posted], now: datetime) -> None:
    """Write the ends of those whose lease is still held; what has gone to someone else meanwhile is theirs to write."""
    held = _held(ended)
    for end in ended:
        row = held.get(end.post.delivery_id)
        if row is None or row.lease_token != end.post.token:
            log.warning("event %s was finished by another process", end.post.delivery_id)
        else:
            _write(row, end, now)
    outcomes = [end.outcome for end in ended if end.outcome is not None]
    gate = heard(gate_of(endpoint), outcomes, now)
    endpoint.failures, endpoint.rests_until, endpoint.last_error = gate.failures, gate.rests_until, gate.last_error
    endpoint.failing_since = (endpoint.failing_since or now) if gate.failures else None
    gone = any(isinstance(outcome, RefusedForGood) for outcome in outcomes)
    if endpoint.disabled_at is None and (gone or gives_up(gate.failures, endpoint.failing_since, now)):
        endpoint.disabled_at, endpoint.disabled_by, endpoint.told_at = now, "failing", None
        log.warning("webhook endpoint %s is switched off: its server keeps failing", endpoint.id)


def _held(ended: Sequence[Posted]) -> dict[int, WebhookDelivery]:
    ids = [end.post.delivery_id for end in ended]
    rows = select(WebhookDelivery).where(WebhookDelivery.id.in_(ids), WebhookDelivery.state == "sending")
    return {row.id: row for row in session().scalars(rows.with_for_update(of=WebhookDelivery))}


def _write(row: WebhookDelivery, end: Posted, now: datetime) -> None:
    row.lease_token = row.lease_until = None
    if end.outcome is None:
        row.state, row.attempts = "pending", row.attempts - 1
    elif isinstance(end.outcome, Accepted):
        row.state, row.reason, row.sent_at = "sent", end.outcome.provider_id, now
    else:
        # Posting again reaches nobody twice who looks at the id, so a doubt is a refusal for now.
        later = next_attempt_at(end.post.attempts, now, random.random())  # noqa: S311 - spreads retries, guards nothing
        row.reason = end.outcome.why
        row.state = "pending" if later is not None else "failed"
        row.next_attempt_at = later or now
