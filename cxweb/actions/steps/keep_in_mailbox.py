"""Keeps a message in the local mailbox, once."""

from datetime import datetime

from cxweb.core.db import insert_or_leave
from cxweb.core.senders.protocol import Message
from cxweb.notifications.models import MailboxMessage


def keep_in_mailbox(notification_id: int, message: Message, now: datetime) -> None:
    """Add the message to the open transaction; a second time leaves the first."""
    insert_or_leave(
        MailboxMessage,
        ref=message.ref,
        notification_id=notification_id,
        channel=message.channel,
        recipient=message.recipient,
        subject=message.subject or None,
        text=message.text,
        html=message.html,
        received_at=now,
    )
