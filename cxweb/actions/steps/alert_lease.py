"""The lease of an alert: who holds it sends the alert, and only the holder writes how it ended."""

import secrets
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select

from cxweb.accounts.models import User
from cxweb.actions.steps.reach_staff import end_mail
from cxweb.analytics.filters import day_start
from cxweb.boards.messages import AlertFacts
from cxweb.boards.models import LowRatingAlert
from cxweb.boards.queries import alerts_to_send
from cxweb.company.rules import CompanySettings
from cxweb.core.db import session
from cxweb.core.senders.protocol import Outcome
from cxweb.notifications.rules import EXPIRY, LEASE
from cxweb.orders.models import Order
from cxweb.ratings.models import Rating, SpamMark


@dataclass(frozen=True)
class AlertLease:
    """The right to work on an alert until the lease ends, and what the alert says."""

    alert_id: int
    token: str
    in_doubt: bool
    facts: AlertFacts


def claim_alert(alert_id: int, company: CompanySettings, now: datetime) -> AlertLease | None:
    """Take the alert if it is due and free; None where it is not, or where it is suppressed now with the reason."""
    wanted = alerts_to_send(now).where(LowRatingAlert.id == alert_id)
    alert = session().scalar(wanted.with_for_update(of=LowRatingAlert, skip_locked=True))
    if alert is None:
        return None
    in_doubt = alert.state == "sending"
    reason = None if in_doubt else _obstacle(alert, company, now)
    if reason is not None:
        alert.state, alert.reason = "suppressed", reason
        return None
    alert.state, alert.lease_until, alert.lease_token = "sending", now + LEASE, secrets.token_hex(8)
    alert.attempts += 1
    ref = session().scalars(select(Order.ref).where(Order.id == alert.order_id)).one()
    facts = AlertFacts(
        f"low-rating:{alert.rating_id}:{alert.user_id}",
        alert.user.email,
        alert.user.language,
        alert.order_id,
        ref,
        alert.stars,
    )
    return AlertLease(alert.id, alert.lease_token, in_doubt, facts)


def _obstacle(alert: LowRatingAlert, company: CompanySettings, now: datetime) -> str | None:
    """Why the alert is not sent after all; None where it is."""
    if now >= alert.created_at + EXPIRY:
        return "too_late"
    if alert.user.disabled_at is not None:
        return "disabled"
    stars = session().scalar(select(Rating.stars).where(Rating.id == alert.rating_id))
    spam = select(SpamMark.id).where(SpamMark.rating_id == alert.rating_id, SpamMark.lifted_at.is_(None))
    if stars is None or stars > company.alerts_low_rating or session().scalar(spam) is not None:
        return "no_longer_low"
    # One dispatcher's alerts are counted one after the other, whoever sends them.
    session().execute(select(User.id).where(User.id == alert.user_id).with_for_update())
    today = day_start(now.astimezone(company.zone).date(), company.zone)
    sent = select(func.count()).where(
        LowRatingAlert.user_id == alert.user_id,
        LowRatingAlert.state.in_(("sending", "sent", "uncertain")),
        LowRatingAlert.created_at >= today,
    )
    return "daily_cap" if (session().scalar(sent) or 0) >= company.alerts_daily_cap else None


def finish_alert(lease: AlertLease, outcome: Outcome, now: datetime) -> None:
    """Write how it ended, unless the lease has passed to somebody else."""
    mine = select(LowRatingAlert).where(
        LowRatingAlert.id == lease.alert_id,
        LowRatingAlert.lease_token == lease.token,
        LowRatingAlert.state == "sending",
    )
    alert = session().scalar(mine.with_for_update(of=LowRatingAlert))
    if alert is None:
        return
    end_mail(alert, outcome, now)
