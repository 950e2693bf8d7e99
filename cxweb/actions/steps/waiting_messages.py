"""Reads messages that are due together with all that decides about them, a batch in a few statements."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import exists, select

from cxweb.company.models import Depot
from cxweb.company.rules import CompanySettings
from cxweb.core.db import session
from cxweb.core.recipients import recipient_of
from cxweb.notifications.messages import MessageFacts
from cxweb.notifications.models import Notification
from cxweb.notifications.queries import opted_out_of, sendable
from cxweb.notifications.rules import Facts
from cxweb.orders.models import CrewMember, Customer, Order
from cxweb.ratings.models import Rating
from cxweb.ratings.rules import is_closed

# In the place of a holder's token: the gateway was given the message and did not answer.
UNANSWERED = ""


class Waiting(NamedTuple):
    """A due message with what its order says at this instant."""

    id: int
    dedupe_key: str
    kind: str
    channel: str
    state: str
    attempts: int
    lease_token: str | None
    due_at: datetime
    invites: bool
    uninvited: str | None
    wording_id: int | None
    order_id: int
    status: str
    notify: str | None
    is_demo: bool
    sampling_draw: int | None
    order_ref: str
    order_channel: str
    token: str
    completed_at: datetime | None
    customer_ref: str | None
    email: str | None
    phone: str | None
    language: str | None
    timezone: str | None
    driver_name: str | None
    rated: bool

    @property
    def contact(self) -> str | None:
        return self.email if self.channel == "email" else self.phone

    @property
    def in_doubt(self) -> bool:
        """Whether an earlier holder of the lease vanished, or heard no answer, in the middle of its work."""
        return self.state == "sending"

    @property
    def abandoned(self) -> bool:
        """Whether that holder vanished. It may not even have begun with this message, so that was no attempt."""
        return self.in_doubt and self.lease_token != UNANSWERED


_FIRST_DRIVER = (
    select(CrewMember.driver_name)
    .where(CrewMember.order_id == Order.id, CrewMember.position == 0)
    .correlate(Order)
    .scalar_subquery()
)
_WAITING = (
    select(
        Notification.id,
        Notification.dedupe_key,
        Notification.kind,
        Notification.channel,
        Notification.state,
        Notification.attempts,
        Notification.lease_token,
        Notification.due_at,
        Notification.invites,
        Notification.uninvited,
        Notification.wording_id,
        Order.id,
        Order.status,
        Order.notify,
        Order.is_demo,
        Order.sampling_draw,
        Order.ref,
        Order.channel,
        Order.token,
        Order.completed_at,
        Customer.ref,
        Customer.email,
        Customer.phone,
        Customer.language,
        Depot.timezone,
        _FIRST_DRIVER,
        exists().where(Rating.order_id == Order.id),
    )
    .join(Order, Order.id == Notification.order_id)
    .outerjoin(Customer, Customer.id == Order.customer_id)
    .outerjoin(Depot, Depot.id == Order.depot_id)
    .order_by(Notification.id)
)


def waiting(ids: Sequence[int], now: datetime) -> list[Waiting]:
    """Those of the messages that are due, locked; what another process is at, or has finished, is left out."""
    due = _WAITING.where(Notification.id.in_(ids), sendable(now))
    return [Waiting._make(row) for row in session().execute(due.with_for_update(skip_locked=True, of=Notification))]


def facts_of(rows: Sequence[Waiting], company: CompanySettings, now: datetime) -> list[Facts]:
    """What decides about each of the messages, but for the throttle, which depends on the others."""
    recipients = [recipient_of(row.channel, row.contact, company.company_country) for row in rows]
    out = opted_out_of({(row.channel, to) for row, to in zip(rows, recipients, strict=True) if to})
    quiet = {"email": company.notifications_quiet_hours_email, "sms": company.notifications_quiet_hours_sms}
    return [
        Facts(
            kind=row.kind,
            status=row.status,
            tracking_enabled=company.tracking_enabled,
            feedback_enabled=company.feedback_enabled,
            rated=row.rated,
            preference=row.notify or company.notifications_completed,
            channel=row.channel,
            contact=row.contact,
            recipient=recipient,
            opted_out=(row.channel, recipient) in out,
            invites=row.invites,
            closed=is_closed(row.completed_at, company.survey_closing_days, now),
            sampled_out=(row.sampling_draw or 0) >= company.survey_sampling_percent,
            throttled=False,
            due_at=row.due_at,
            quiet_hours=quiet[row.channel],
            zone=company.zone_named(row.timezone),
        )
        for row, recipient in zip(rows, recipients, strict=True)
    ]


def message_facts(row: Waiting, recipient: str, invites: bool) -> MessageFacts:
    """What the message's words are made of."""
    return MessageFacts(
        dedupe_key=row.dedupe_key,
        kind=row.kind,
        channel=row.channel,
        recipient=recipient,
        invites=invites,
        wording_id=row.wording_id,
        language=row.language,
        order_ref=row.order_ref,
        order_channel=row.order_channel,
        token=row.token,
        driver_name=row.driver_name,
        completed_at=row.completed_at,
        timezone=row.timezone,
    )


def throttle(company: CompanySettings) -> timedelta:
    """For how long one invitation keeps the next one from a person; zero where nothing does."""
    return timedelta(days=company.notifications_per_person_days)
