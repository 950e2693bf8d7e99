"""The outbox: every message due is a row before anything is sent; and the local mailbox."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column, relationship

from cxweb.core.db import Base
from cxweb.orders.models import Order

STATES = ("pending", "sending", "sent", "delivered", "failed", "expired", "suppressed", "uncertain")


class Notification(Base):
    """One message to one recipient. The dedupe key makes a second row for the same message impossible."""

    __tablename__ = "notification"
    __table_args__ = (
        CheckConstraint(f"state IN {STATES}", name="state"),
        CheckConstraint("channel IN ('email', 'sms')", name="channel"),
        CheckConstraint("state <> 'sending' OR lease_token IS NOT NULL", name="sending_holds_a_lease"),
        CheckConstraint("state NOT IN ('sent', 'delivered') OR sent_at IS NOT NULL", name="sent_has_an_instant"),
        Index("ix_notification_state_next", "state", "next_attempt_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    dedupe_key: Mapped[str] = mapped_column(unique=True)
    order_id: Mapped[int] = mapped_column(ForeignKey("order.id", ondelete="CASCADE"), index=True)
    kind: Mapped[str]
    channel: Mapped[str]
    recipient: Mapped[str | None]
    state: Mapped[str] = mapped_column(default="pending")
    # Why it was suppressed.
    reason: Mapped[str | None]
    attempts: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime]
    due_at: Mapped[datetime]
    # When the next attempt may start: due_at at first, later by the retry schedule.
    next_attempt_at: Mapped[datetime]
    # When RQ was last asked for this attempt; a message it has not taken soon after is sent by the sweeper itself.
    asked_at: Mapped[datetime | None]
    lease_until: Mapped[datetime | None]
    lease_token: Mapped[str | None]
    provider_id: Mapped[str | None]
    last_error: Mapped[str | None]
    sent_at: Mapped[datetime | None]
    order: Mapped[Order] = relationship()


class MailboxMessage(Base):
    """A message delivered to the local mailbox, because no gateway is set or its order is a demo."""

    __tablename__ = "mailbox_message"

    id: Mapped[int] = mapped_column(primary_key=True)
    # The dedupe key of the notification: delivering twice leaves one.
    ref: Mapped[str] = mapped_column(unique=True)
    notification_id: Mapped[int] = mapped_column(ForeignKey("notification.id", ondelete="CASCADE"), unique=True)
    channel: Mapped[str]
    recipient: Mapped[str]
    subject: Mapped[str | None]
    text: Mapped[str]
    html: Mapped[str | None]
    received_at: Mapped[datetime] = mapped_column(index=True)
    notification: Mapped[Notification] = relationship()
