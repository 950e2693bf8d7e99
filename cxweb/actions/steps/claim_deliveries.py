"""Claims an endpoint's due events: who holds the lease posts them, and only the holder writes how it ended."""

import secrets
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select

from cxweb.analytics.filters import day_start
from cxweb.company.rules import CompanySettings
from cxweb.core.db import session
from cxweb.core.sealed import opened_or_none
from cxweb.core.senders.gate import Gate, admit
from cxweb.ratings.models import Rating, SpamMark
from cxweb.webhooks.models import WebhookDelivery, WebhookEndpoint
from cxweb.webhooks.queries import dropped, due
from cxweb.webhooks.rules import LEASE, RATING_LOW, body_of


@dataclass(frozen=True)
class Post:
    """The right to post an event until the lease ends, and what is posted."""

    delivery_id: int
    token: str
    attempts: int
    message_id: str
    body: bytes


@dataclass(frozen=True)
class Target:
    """Where the events of an endpoint go. The secrets that sign, the newest first; none where none can be opened."""

    url: str
    secrets: tuple[str, ...]


def gate_of(endpoint: WebhookEndpoint) -> Gate:
    """What the endpoint's row knows of its server, for the gate that messages pass too."""
    return Gate(endpoint.failures, endpoint.rests_until, endpoint.last_error)


def target_of(endpoint: WebhookEndpoint, now: datetime) -> Target:
    former = endpoint.former_secret if endpoint.former_until and endpoint.former_until > now else None
    found = (opened_or_none(sealed) for sealed in (endpoint.secret, former))
    return Target(endpoint.url, tuple(secret for secret in found if secret is not None))


def claim_deliveries(endpoint: WebhookEndpoint, most: int, company: CompanySettings, now: datetime) -> list[Post]:
    """Take the leases of the endpoint's next events, the longest waiting first; its row is locked."""
    rows: list[WebhookDelivery] = []
    for which in (dropped(now), due(now)):
        wanted = select(WebhookDelivery).join(WebhookDelivery.endpoint)
        wanted = wanted.where(WebhookDelivery.endpoint_id == endpoint.id, which).limit(most - len(rows))
        wanted = wanted.order_by(WebhookDelivery.next_attempt_at, WebhookDelivery.id)
        rows += session().scalars(wanted.with_for_update(of=WebhookDelivery, skip_locked=True))
    count = 0
    if rows:
        admission = admit(gate_of(endpoint), len(rows), 0, LEASE, now)
        endpoint.rests_until, count = admission.gate.rests_until, admission.count
    posts: list[Post] = []
    for row in rows:
        if len(posts) < count and not _ended(row, company, now):
            posts.append(_lease(row, endpoint, now))
    endpoint.asked_at = now if posts else None
    return posts


def _ended(row: WebhookDelivery, company: CompanySettings, now: datetime) -> bool:
    """Whether the event does not leave any more; then its row says why."""
    if row.event != RATING_LOW or row.attempts:
        return False
    reason = _obstacle(row, company, now)
    if reason is not None:
        row.state, row.reason = "suppressed", reason
    return reason is not None


def _obstacle(row: WebhookDelivery, company: CompanySettings, now: datetime) -> str | None:
    """Why a low rating is not told after all, by the rules of the e-mail that tells of it."""
    stars = session().scalar(select(Rating.stars).where(Rating.id == row.rating_id))
    spam = select(SpamMark.id).where(SpamMark.rating_id == row.rating_id, SpamMark.lifted_at.is_(None))
    if stars is None or stars > company.alerts_low_rating or session().scalar(spam) is not None:
        return "no_longer_low"
    today = day_start(now.astimezone(company.zone).date(), company.zone)
    told = select(func.count()).where(
        WebhookDelivery.endpoint_id == row.endpoint_id,
        WebhookDelivery.event == RATING_LOW,
        WebhookDelivery.attempts > 0,
        WebhookDelivery.created_at >= today,
    )
    return "daily_cap" if (session().scalar(told) or 0) >= company.alerts_daily_cap else None


def _lease(row: WebhookDelivery, endpoint: WebhookEndpoint, now: datetime) -> Post:
    # Of what a dead process left nobody knows whether it was posted: no attempt is counted for it again.
    row.attempts += row.state == "pending"
    row.state, row.lease_until, row.lease_token = "sending", now + LEASE, secrets.token_hex(16)
    data: dict[str, Any] = dict(row.data)
    if endpoint.with_comment and row.rating_id is not None:
        data["rating"] = data["rating"] | _words(row.rating_id)
    return Post(row.id, row.lease_token, row.attempts, row.message_id, body_of(row.event, row.created_at, data))


def _words(rating_id: int) -> dict[str, str | None]:
    """What the customer wrote, as it stands now: what was erased meanwhile leaves no more."""
    rating = session().get(Rating, rating_id)
    return {"comment": rating.comment if rating else None, "open": rating.open if rating else None}
