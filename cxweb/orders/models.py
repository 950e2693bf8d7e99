"""Orders with their customer, crew and history."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary
from sqlalchemy.orm import Mapped, mapped_column, relationship

from cxweb.company.models import Depot
from cxweb.core.db import Base

STATUS_CHECK = "status IN ('planned', 'on_the_way', 'arrived', 'completed', 'failed', 'cancelled')"


class Customer(Base):
    """Who receives. A customer without a ref belongs to one order alone."""

    __tablename__ = "customer"

    id: Mapped[int] = mapped_column(primary_key=True)
    ref: Mapped[str | None] = mapped_column(unique=True)
    name: Mapped[str | None]
    email: Mapped[str | None]
    phone: Mapped[str | None]
    language: Mapped[str | None]
    is_demo: Mapped[bool] = mapped_column(default=False)
    # Since then nothing of the person is kept, and nothing that comes in about their orders is taken.
    erased_at: Mapped[datetime | None]


class Driver(Base):
    """Who delivers; homonyms exist, the ref tells them apart."""

    __tablename__ = "driver"

    id: Mapped[int] = mapped_column(primary_key=True)
    ref: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    is_demo: Mapped[bool] = mapped_column(default=False)


class Order(Base):
    """One delivery or visit. After completion crew, depot, channel and tags no longer change."""

    __tablename__ = "order"
    __table_args__ = (
        CheckConstraint(STATUS_CHECK, name="status"),
        CheckConstraint("status <> 'completed' OR completed_at IS NOT NULL", name="completed_has_an_instant"),
        CheckConstraint("NOT eligible OR (status = 'completed' AND NOT is_test)", name="eligible_is_completed"),
        CheckConstraint("sampling_draw BETWEEN 0 AND 99", name="sampling_draw"),
        CheckConstraint("notify IN ('none', 'email', 'sms', 'both')", name="notify"),
        Index("ix_order_depot_completed", "depot_id", "completed_at"),
        Index("ix_order_status_completed", "status", "completed_at"),
        # A day's orders that are not completed, among all that never were.
        Index("ix_order_completed_promised", "completed_at", "promised_to"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    ref: Mapped[str] = mapped_column(unique=True)
    token: Mapped[str] = mapped_column(unique=True)
    status: Mapped[str] = mapped_column(default="planned")
    # Why it failed, was cancelled or reopened, in the words of whoever said so.
    reason: Mapped[str | None]
    customer_id: Mapped[int | None] = mapped_column(ForeignKey("customer.id"), index=True)
    depot_id: Mapped[int | None] = mapped_column(ForeignKey("depot.id"))
    channel: Mapped[str] = mapped_column(default="delivery")
    route: Mapped[str | None]
    promised_from: Mapped[datetime | None]
    promised_to: Mapped[datetime | None] = mapped_column(index=True)
    eta: Mapped[datetime | None]
    address_line: Mapped[str | None]
    postcode: Mapped[str | None]
    city: Mapped[str | None]
    notify: Mapped[str | None]
    created_at: Mapped[datetime] = mapped_column(index=True)
    completed_at: Mapped[datetime | None] = mapped_column(index=True)
    # Decided at completion: feedback was on, no test, the customer had not opted out. The response rate's denominator.
    eligible: Mapped[bool] = mapped_column(default=False)
    # From 0 to 99, drawn once at the first completion: below the sampling percentage the customer is invited to rate.
    sampling_draw: Mapped[int | None]
    # The depot's name at completion; a later renaming changes no past figure.
    depot_name: Mapped[str | None]
    # The first time the page was in a person's view for two seconds: the only thing that counts as opened.
    seen_at: Mapped[datetime | None]
    is_test: Mapped[bool] = mapped_column(default=False)
    is_demo: Mapped[bool] = mapped_column(default=False, index=True)

    customer: Mapped[Customer | None] = relationship()
    depot: Mapped[Depot | None] = relationship()
    crew: Mapped[list["CrewMember"]] = relationship(order_by="CrewMember.position", cascade="all, delete-orphan")
    tags: Mapped[list["OrderTag"]] = relationship(order_by="OrderTag.tag", cascade="all, delete-orphan")
    history: Mapped[list["StatusChange"]] = relationship(order_by="StatusChange.id", cascade="all, delete-orphan")


class CrewMember(Base):
    """A driver of an order, under the name the driver had then."""

    __tablename__ = "crew_member"

    order_id: Mapped[int] = mapped_column(ForeignKey("order.id", ondelete="CASCADE"), primary_key=True)
    driver_id: Mapped[int] = mapped_column(ForeignKey("driver.id"), primary_key=True, index=True)
    position: Mapped[int]
    driver_name: Mapped[str]
    driver: Mapped[Driver] = relationship()


class OrderTag(Base):
    __tablename__ = "order_tag"

    order_id: Mapped[int] = mapped_column(ForeignKey("order.id", ondelete="CASCADE"), primary_key=True)
    tag: Mapped[str] = mapped_column(primary_key=True, index=True)


class StatusChange(Base):
    """A step of an order's history: when it happened, when the server learned of it, and from whom."""

    __tablename__ = "status_change"
    __table_args__ = (CheckConstraint(STATUS_CHECK, name="status"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    order_id: Mapped[int] = mapped_column(ForeignKey("order.id", ondelete="CASCADE"), index=True)
    status: Mapped[str]
    at: Mapped[datetime]
    recorded_at: Mapped[datetime]
    reason: Mapped[str | None]
    actor: Mapped[str]


class Proof(Base):
    """What proves a delivery. Pictures are re-encoded, small, and without whatever their camera wrote into them."""

    __tablename__ = "proof"

    order_id: Mapped[int] = mapped_column(ForeignKey("order.id", ondelete="CASCADE"), primary_key=True)
    photo: Mapped[bytes | None] = mapped_column(LargeBinary, deferred=True)
    signature: Mapped[bytes | None] = mapped_column(LargeBinary, deferred=True)
    note: Mapped[str | None]
    recorded_at: Mapped[datetime]
    actor: Mapped[str]
