"""The outbox: every message due is a row before anything is sent; who wants none; the local mailbox."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from cxweb.core.db import Base
from cxweb.notifications.rules import can_resend, can_settle
from cxweb.orders.models import Order
from cxweb.wordings.models import Wording

CHANNELS = ("email", "sms")
CHANNEL_CHECK = f"channel IN {CHANNELS}"
OPT_OUT_SOURCES = ("link", "one_click", "stop", "bounce", "import", "staff")
STATES = ("pending", "sending", "sent", "delivered", "failed", "expired", "suppressed", "uncertain")


class Notification(Base):
    """One message to one recipient. The dedupe key makes a second row for the same message impossible."""

    __tablename__ = "notification"
    __table_args__ = (
        CheckConstraint(f"state IN {STATES}", name="state"),
        CheckConstraint(CHANNEL_CHECK, name="channel"),
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
    # Whether it asks for a rating; one that does not tells of the completion alone, and `uninvited` says why.
    invites: Mapped[bool] = mapped_column(default=True)
    uninvited: Mapped[str | None]
    # The wording in force when it was queued; None: the product's own.
    wording_id: Mapped[int | None] = mapped_column(ForeignKey("wording.id"))
    attempts: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime]
    due_at: Mapped[datetime]
    # When the next attempt may start: due_at at first, later by the retry schedule.
    next_attempt_at: Mapped[datetime]
    # When RQ was last asked for this attempt; a message it has not taken soon after is sent by the sweeper itself.
    asked_at: Mapped[datetime | None]
    lease_until: Mapped[datetime | None]
    lease_token: Mapped[str | None]
    provider_id: Mapped[str | None] = mapped_column(index=True)
    last_error: Mapped[str | None]
    sent_at: Mapped[datetime | None]
    # When the gateway's receipt said that it arrived.
    delivered_at: Mapped[datetime | None]
    order: Mapped[Order] = relationship()
    wording: Mapped[Wording | None] = relationship()

    @property
    def stand(self) -> str:
        """Where the row stands: what a page shows it as, so that an act on what has moved on meanwhile does nothing."""
        return f"{self.state} {self.next_attempt_at.isoformat()}"

    @property
    def resendable(self) -> bool:
        return can_resend(self.state, self.reason)

    @property
    def settleable(self) -> bool:
        return can_settle(self.state)


class OptOut(Base):
    """A contact that gets no message. The keyed digest decides; the contact itself may be erased."""

    __tablename__ = "opt_out"
    __table_args__ = (
        CheckConstraint(CHANNEL_CHECK, name="channel"),
        CheckConstraint(f"source IN {OPT_OUT_SOURCES}", name="source"),
        UniqueConstraint("channel", "digest"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    channel: Mapped[str]
    digest: Mapped[str]
    contact: Mapped[str | None]
    source: Mapped[str]
    created_at: Mapped[datetime] = mapped_column(index=True)
    created_by: Mapped[str]


class Asked(Base):
    """When a person, known by the keyed digest of a contact, was last invited to rate, and for which order."""

    __tablename__ = "asked"

    digest: Mapped[str] = mapped_column(primary_key=True)
    asked_at: Mapped[datetime]
    order_id: Mapped[int]


class GatewayState(Base):
    """What all processes know of a channel's gateway: whether it is given a rest, and what its rate still allows."""

    __tablename__ = "gateway_state"
    __table_args__ = (CheckConstraint(CHANNEL_CHECK, name="channel"),)

    channel: Mapped[str] = mapped_column(primary_key=True)
    # Failures in a row; at the limit no message goes out until `rests_until`, then one tries.
    failures: Mapped[int] = mapped_column(default=0)
    rests_until: Mapped[datetime | None]
    last_error: Mapped[str | None]
    # Messages the rate allows at `allowance_at`.
    allowance: Mapped[float] = mapped_column(default=0.0)
    allowance_at: Mapped[datetime | None]


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
