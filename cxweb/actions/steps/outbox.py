"""Writes the messages of a completed order into the outbox and asks for their sending after the commit."""

import secrets
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import select, update

from cxweb.actions.steps.tell_webhooks import tell_of_completion
from cxweb.company.queries import zone_of
from cxweb.company.rules import CompanySettings
from cxweb.core.db import insert_or_leave, session
from cxweb.core.queue import enqueue
from cxweb.notifications.messages import MessageFacts
from cxweb.notifications.models import Notification
from cxweb.notifications.rules import Due, Timing, completed_messages, reminder
from cxweb.orders.models import Order
from cxweb.wordings.queries import current_wording_id

SEND_JOB = "cxweb.jobs.notifications.send"


def write_completed(order: Order, company: CompanySettings, now: datetime) -> None:
    """Add the order's messages, each once for ever: a second completion finds its key taken. Other systems are told.

    A message that was dropped because the order stood reopened at that moment is due again; nobody has got it.
    """
    tell_of_completion(order, now)
    if order.sampling_draw is None:
        order.sampling_draw = secrets.randbelow(100)
    customer = order.customer
    contacts = {"email": customer.email, "sms": customer.phone} if customer else {}
    preference = order.notify or company.notifications_completed
    zone = zone_of(order.depot, company)
    messages = completed_messages(order.id, preference, contacts, timing_of(company), now, zone)
    keys = [
        message.dedupe_key
        for message in messages
        if (_add(order.id, message, now) or _revive(message, now)) and not message.reason and message.due_at <= now
    ]
    if keys:
        ids = session().scalars(select(Notification.id).where(Notification.dedupe_key.in_(keys)))
        enqueue("messages", SEND_JOB, list(ids))


def add_reminder(
    order_id: int, sent: MessageFacts | Notification, company: CompanySettings, now: datetime, zone: ZoneInfo
) -> None:
    """Add the reminder of an invitation that was sent now, where the company wants one."""
    message = reminder(order_id, sent.channel, sent.recipient, timing_of(company), now, zone)
    if message is not None:
        _add(order_id, message, now)


def timing_of(company: CompanySettings) -> Timing:
    """When the company wants its customers to be asked."""
    return Timing(
        warm=company.survey_timing == "warm",
        delay=timedelta(minutes=company.notifications_delay_minutes),
        days=company.survey_warm_days,
        at=time.fromisoformat(company.survey_warm_time),
        reminder_days=company.survey_reminder_days,
    )


def _add(order_id: int, message: Due, now: datetime) -> bool:
    return insert_or_leave(
        Notification,
        dedupe_key=message.dedupe_key,
        order_id=order_id,
        kind=message.kind,
        channel=message.channel,
        recipient=message.recipient,
        state="suppressed" if message.reason else "pending",
        reason=message.reason,
        invites=message.invites,
        wording_id=current_wording_id(),
        attempts=0,
        created_at=now,
        **_times(message, now),
    )


def _revive(message: Due, now: datetime) -> bool:
    """Make a message that the reopening dropped due again; whether there was one."""
    dropped = (Notification.state == "suppressed", Notification.reason == "not_completed")
    statement = update(Notification).where(Notification.dedupe_key == message.dedupe_key, *dropped)
    values = {"state": "pending", "reason": None, "recipient": message.recipient, **_times(message, now)}
    return session().execute(statement.values(values).returning(Notification.id)).first() is not None


def _times(message: Due, now: datetime) -> dict[str, datetime | None]:
    # RQ is asked after the commit for what is due at once; the sweeper asks for the rest.
    asked_at = now if message.due_at <= now else None
    return {"due_at": message.due_at, "next_attempt_at": message.due_at, "asked_at": asked_at}
