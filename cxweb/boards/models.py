"""The live board: the log of what changed on it, what each person chose, wall displays, alerts of low ratings."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column, relationship

from cxweb.accounts.models import User
from cxweb.company.models import Depot
from cxweb.core.db import Base

ALERT_STATES = ("pending", "sending", "sent", "failed", "suppressed", "uncertain")


class BoardChange(Base):
    """Something changed on the boards that show a depot; rows are only added, by the transaction that changes it.

    Without an order, many of the depot's orders changed. Neither key refers: the row outlives what it names.
    """

    __tablename__ = "board_change"

    id: Mapped[int] = mapped_column(primary_key=True)
    order_id: Mapped[int | None]
    depot_id: Mapped[int | None]
    at: Mapped[datetime] = mapped_column(index=True)


class BoardChoice(Base):
    """How a person wants the board; without a row it shows the rating column."""

    __tablename__ = "board_choice"

    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id", ondelete="CASCADE"), primary_key=True)
    hides_rating: Mapped[bool]


class Wall(Base):
    """A display that anybody passing by may read; only the digest of its address is stored."""

    __tablename__ = "wall"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
    digest: Mapped[str] = mapped_column(unique=True)
    depot_id: Mapped[int | None] = mapped_column(ForeignKey("depot.id"))
    created_at: Mapped[datetime]
    created_by: Mapped[str]
    revoked_at: Mapped[datetime | None]
    depot: Mapped[Depot | None] = relationship()


class LowRatingAlert(Base):
    """An e-mail to one member of the staff about one low rating; the pair is unique, so it is written once for ever."""

    __tablename__ = "low_rating_alert"
    __table_args__ = (
        CheckConstraint(f"state IN {ALERT_STATES}", name="state"),
        CheckConstraint("state <> 'sending' OR lease_until IS NOT NULL", name="sending_holds_a_lease"),
        Index("uq_low_rating_alert_rating_user", "rating_id", "user_id", unique=True),
        Index("ix_low_rating_alert_state_next", "state", "next_attempt_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    rating_id: Mapped[int] = mapped_column(ForeignKey("rating.id", ondelete="CASCADE"))
    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id", ondelete="CASCADE"), index=True)
    order_id: Mapped[int] = mapped_column(ForeignKey("order.id", ondelete="CASCADE"), index=True)
    stars: Mapped[int]
    state: Mapped[str] = mapped_column(default="pending")
    # Why it was suppressed, or what the gateway said last.
    reason: Mapped[str | None]
    attempts: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime]
    next_attempt_at: Mapped[datetime]
    lease_until: Mapped[datetime | None]
    lease_token: Mapped[str | None]
    sent_at: Mapped[datetime | None]
    user: Mapped[User] = relationship()
