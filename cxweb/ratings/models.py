"""Ratings: one an order, and every version the customer gave."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from cxweb.core.db import Base
from cxweb.orders.models import Order
from cxweb.surveys.models import CAUSE_CHECK, SurveyVersion

# SQLite would store 'abc' in an integer column: every score has its CHECK.
STARS_CHECK = "stars IN (1, 2, 3, 4, 5)"
NPS_CHECK = "nps IN (0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10)"
CES_CHECK = "ces IN (1, 2, 3, 4, 5)"


class Rating(Base):
    """A customer's answer as it stands. The unique order decides between simultaneous posts."""

    __tablename__ = "rating"
    __table_args__ = (
        CheckConstraint(STARS_CHECK, name="stars"),
        CheckConstraint(NPS_CHECK, name="nps"),
        CheckConstraint(CES_CHECK, name="ces"),
        CheckConstraint("version > 0", name="version"),
        Index("ix_rating_stars_answered", "stars", "answered_at"),
        Index("ix_rating_completed_answered", "completed_on", "answered_at", "stars"),
        # Those to the open question, among many that leave it out.
        Index(
            "ix_rating_open_answered",
            "answered_at",
            sqlite_where=text("open IS NOT NULL"),
            postgresql_where=text("open IS NOT NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    order_id: Mapped[int] = mapped_column(ForeignKey("order.id", ondelete="CASCADE"), unique=True)
    survey_version_id: Mapped[int | None] = mapped_column(ForeignKey("survey_version.id"), index=True)
    # The ref of an imported rating, unique only together with its order.
    ref: Mapped[str | None]
    stars: Mapped[int]
    comment: Mapped[str | None]
    nps: Mapped[int | None]
    ces: Mapped[int | None]
    # The answer to the open question.
    open: Mapped[str | None]
    language: Mapped[str | None]
    # The first post; corrections leave it alone.
    answered_at: Mapped[datetime] = mapped_column(index=True)
    updated_at: Mapped[datetime]
    version: Mapped[int] = mapped_column(default=1)
    # The day, in UTC, on which the order was completed: kept by the database, for its index alone.
    completed_on: Mapped[date | None]

    order: Mapped[Order] = relationship()
    survey_version: Mapped[SurveyVersion | None] = relationship()
    versions: Mapped[list["RatingVersion"]] = relationship(
        order_by="RatingVersion.version", cascade="all, delete-orphan"
    )
    reasons: Mapped[list["RatingReason"]] = relationship(order_by="RatingReason.code", cascade="all, delete-orphan")
    marks: Mapped[list["RatingMark"]] = relationship(order_by="RatingMark.id", cascade="all, delete-orphan")


class RatingVersion(Base):
    """What a rating said from `recorded_at` on."""

    __tablename__ = "rating_version"
    __table_args__ = (
        UniqueConstraint("rating_id", "version"),
        CheckConstraint(STARS_CHECK, name="stars"),
        CheckConstraint(NPS_CHECK, name="nps"),
        CheckConstraint(CES_CHECK, name="ces"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    rating_id: Mapped[int] = mapped_column(ForeignKey("rating.id", ondelete="CASCADE"))
    version: Mapped[int]
    stars: Mapped[int]
    comment: Mapped[str | None]
    nps: Mapped[int | None]
    ces: Mapped[int | None]
    open: Mapped[str | None]
    # The codes of the chosen reasons; the greatest version's are those of the rating.
    reasons: Mapped[list[str]] = mapped_column(server_default=text("'[]'"))
    recorded_at: Mapped[datetime]


class SpamMark(Base):
    """Somebody found an answer to be spam: it is in no figure while the mark stands. Lifted marks stay on record."""

    __tablename__ = "spam_mark"
    __table_args__ = (
        # At most one mark of an answer stands: two people who mark it at once make one.
        Index(
            "uq_spam_mark_standing",
            "rating_id",
            unique=True,
            sqlite_where=text("lifted_at IS NULL"),
            postgresql_where=text("lifted_at IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    rating_id: Mapped[int] = mapped_column(ForeignKey("rating.id", ondelete="CASCADE"), index=True)
    reason: Mapped[str]
    marked_at: Mapped[datetime]
    marked_by: Mapped[str]
    lifted_at: Mapped[datetime | None]
    lifted_by: Mapped[str | None]


class PhoneRating(Base):
    """What a customer said on the phone: counted by itself, in no figure, and replaced by the customer's own answer."""

    __tablename__ = "phone_rating"
    __table_args__ = (CheckConstraint(STARS_CHECK, name="stars"),)

    order_id: Mapped[int] = mapped_column(ForeignKey("order.id", ondelete="CASCADE"), primary_key=True)
    stars: Mapped[int]
    comment: Mapped[str | None]
    recorded_at: Mapped[datetime]
    recorded_by: Mapped[str]


class RatingReason(Base):
    """A reason the customer chose, with the cause it stood for in the survey then."""

    __tablename__ = "rating_reason"
    __table_args__ = (CheckConstraint(CAUSE_CHECK, name="cause"),)

    rating_id: Mapped[int] = mapped_column(ForeignKey("rating.id", ondelete="CASCADE"), primary_key=True)
    code: Mapped[str] = mapped_column(primary_key=True, index=True)
    cause: Mapped[str]


class RatingMark(Base):
    """Something about a rating that may mean staff gave it; shown to staff, and nothing is deleted for it."""

    __tablename__ = "rating_mark"
    __table_args__ = (
        UniqueConstraint("rating_id", "kind"),
        CheckConstraint("kind IN ('staff_session', 'depot_address', 'seconds_after')", name="kind"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    rating_id: Mapped[int] = mapped_column(ForeignKey("rating.id", ondelete="CASCADE"))
    kind: Mapped[str]
    at: Mapped[datetime]
    # What was seen, such as a number of seconds; never an address or a name.
    detail: Mapped[str | None]
