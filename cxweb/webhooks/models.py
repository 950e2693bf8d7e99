"""Outgoing webhooks: the addresses other systems gave us, and each event that is due at one of them."""

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from cxweb.company.models import Depot
from cxweb.core.db import Base
from cxweb.core.sealed import Sealed
from cxweb.webhooks.rules import DELIVERY_STATES, DISABLED, can_replay


class WebhookEndpoint(Base):
    """Where events of a perimeter are posted to, and how its server has behaved."""

    __tablename__ = "webhook_endpoint"
    __table_args__ = (
        CheckConstraint(f"disabled_by IN {DISABLED}", name="disabled_by"),
        CheckConstraint("(disabled_at IS NULL) = (disabled_by IS NULL)", name="disabled_by_somebody"),
        CheckConstraint("(former_secret IS NULL) = (former_until IS NULL)", name="former_secret_ends"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
    url: Mapped[str]
    events: Mapped[list[str]]
    # Without a depot the whole company's events, else those of the branch.
    depot_id: Mapped[int | None] = mapped_column(ForeignKey("depot.id"))
    # Whether what the customer wrote is sent along; it is added when an event leaves, and stored in none.
    with_comment: Mapped[bool] = mapped_column(default=False)
    # Both sign until `former_until`, so that a receiver changes its own in between.
    secret: Mapped[Sealed]
    former_secret: Mapped[Sealed | None]
    former_until: Mapped[datetime | None]
    created_at: Mapped[datetime]
    created_by: Mapped[str]
    disabled_at: Mapped[datetime | None]
    disabled_by: Mapped[str | None]
    # When the administrators were told that it was switched off because it failed.
    told_at: Mapped[datetime | None]
    # The gate: failures in a row since an instant; at rest, nothing is posted until `rests_until`.
    failures: Mapped[int] = mapped_column(default=0)
    failing_since: Mapped[datetime | None]
    rests_until: Mapped[datetime | None]
    last_error: Mapped[str | None]
    # When RQ was asked for it, or somebody last worked on it; None where nothing was due.
    asked_at: Mapped[datetime | None]
    depot: Mapped[Depot | None] = relationship()


class WebhookDelivery(Base):
    """One event for one endpoint. Its key makes a second row for the same event impossible."""

    __tablename__ = "webhook_delivery"
    __table_args__ = (
        CheckConstraint(f"state IN {DELIVERY_STATES}", name="state"),
        CheckConstraint("state <> 'sending' OR lease_until IS NOT NULL", name="sending_holds_a_lease"),
        UniqueConstraint("endpoint_id", "key"),
        Index("ix_webhook_delivery_due", "endpoint_id", "state", "next_attempt_at"),
        Index("ix_webhook_delivery_created", "created_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    endpoint_id: Mapped[int] = mapped_column(ForeignKey("webhook_endpoint.id", ondelete="CASCADE"))
    key: Mapped[str]
    # The `webhook-id`, the same at every attempt and replay.
    message_id: Mapped[str]
    event: Mapped[str]
    order_id: Mapped[int | None] = mapped_column(ForeignKey("order.id", ondelete="CASCADE"), index=True)
    rating_id: Mapped[int | None] = mapped_column(ForeignKey("rating.id", ondelete="CASCADE"), index=True)
    data: Mapped[dict[str, Any]]
    state: Mapped[str] = mapped_column(default="pending")
    # Why it was not sent, or what the server answered last.
    reason: Mapped[str | None]
    attempts: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime]
    next_attempt_at: Mapped[datetime]
    lease_until: Mapped[datetime | None]
    lease_token: Mapped[str | None]
    sent_at: Mapped[datetime | None]
    endpoint: Mapped[WebhookEndpoint] = relationship()

    @property
    def replayable(self) -> bool:
        return can_replay(self.state)
