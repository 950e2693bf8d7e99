"""Writes the messages of a completed order into the outbox and asks for their sending after the commit."""

from datetime import datetime, timedelta

from sqlalchemy import select, update

from cxweb.company.rules import CompanySettings
from cxweb.core.db import insert_or_leave, session
from cxweb.core.queue import enqueue
from cxweb.notifications.models import Notification
from cxweb.notifications.rules import Due, completed_messages
from cxweb.orders.models import Order

SEND_JOB = "cxweb.jobs.notifications.send"


def write_completed(order: Order, company: CompanySettings, now: datetime) -> None:
    """Add the order's messages, each once for ever: a second completion finds its key taken.

    A message that was dropped because the order stood reopened at that moment is due again; nobody has got it.
    """
    customer = order.customer
    due_at = now + timedelta(minutes=company.notifications_delay_minutes)
    messages = completed_messages(
        order.id,
        order.notify or company.notifications_completed,
        customer.email if customer else None,
        customer.phone if customer else None,
    )
    # RQ is asked below, after the commit.
    asked_at = now if due_at <= now else None
    times = {"due_at": due_at, "next_attempt_at": due_at, "asked_at": asked_at}
    keys = [
        message.dedupe_key
        for message in messages
        if (_add(order, message, now, times) or _revive(message, times)) and not message.reason
    ]
    if keys and due_at <= now:
        ids = session().scalars(select(Notification.id).where(Notification.dedupe_key.in_(keys)))
        enqueue("messages", SEND_JOB, list(ids))


def _add(order: Order, message: Due, now: datetime, times: dict[str, datetime | None]) -> bool:
    return insert_or_leave(
        Notification,
        dedupe_key=message.dedupe_key,
        order_id=order.id,
        kind=message.kind,
        channel=message.channel,
        recipient=message.recipient,
        state="suppressed" if message.reason else "pending",
        reason=message.reason,
        attempts=0,
        created_at=now,
        **times,
    )


def _revive(message: Due, times: dict[str, datetime | None]) -> bool:
    """Make a message that the reopening dropped due again; whether there was one."""
    dropped = (Notification.state == "suppressed", Notification.reason == "not_completed")
    statement = update(Notification).where(Notification.dedupe_key == message.dedupe_key, *dropped)
    values = {"state": "pending", "reason": None, "recipient": message.recipient, **times}
    return session().execute(statement.values(values).returning(Notification.id)).first() is not None
