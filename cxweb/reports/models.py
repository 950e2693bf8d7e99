"""Files of the customer feedback that a job makes, reports that people save, and the e-mails about both."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from cxweb.accounts.models import User
from cxweb.core.db import Base
from cxweb.reports.filters import FORMATS
from cxweb.reports.rules import SCHEDULES

EXPORT_STATES = ("waiting", "building", "ready", "failed")
MAIL_STATES = ("pending", "sending", "sent", "failed", "suppressed", "uncertain")
UNDER_WAY = text("state IN ('waiting', 'building')")


class FeedbackExport(Base):
    """A file too large to be made while somebody waits; only its user may fetch it, until `expires_at`."""

    __tablename__ = "feedback_export"
    __table_args__ = (
        CheckConstraint(f"state IN {EXPORT_STATES}", name="state"),
        CheckConstraint(f"format IN {FORMATS}", name="format"),
        CheckConstraint("state <> 'building' OR lease_until IS NOT NULL", name="building_holds_a_lease"),
        # Who asks for the same once more is shown what is under way.
        Index(
            "uq_feedback_export_under_way",
            *("user_id", "asked_digest"),
            unique=True,
            sqlite_where=UNDER_WAY,
            postgresql_where=UNDER_WAY,
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id", ondelete="CASCADE"), index=True)
    # The address's parameters, as lists, and their digest together with the language.
    asked: Mapped[dict[str, Any]]
    asked_digest: Mapped[str]
    format: Mapped[str]
    language: Mapped[str]
    # Of whom it holds the figures: below these depots, or of the whole company. Set when it is built.
    sees: Mapped[list[int] | None]
    state: Mapped[str] = mapped_column(default="waiting")
    # Why it failed: `disk_full`, `forbidden`, `broken`.
    reason: Mapped[str | None]
    rows: Mapped[int]
    rows_done: Mapped[int] = mapped_column(default=0)
    attempts: Mapped[int] = mapped_column(default=0)
    lease_until: Mapped[datetime | None]
    lease_token: Mapped[str | None]
    created_at: Mapped[datetime]
    ready_at: Mapped[datetime | None]
    expires_at: Mapped[datetime] = mapped_column(index=True)
    file_name: Mapped[str]
    size: Mapped[int | None]
    user: Mapped[User] = relationship()


class SavedReport(Base):
    """Filters that a person keeps under a name, and how often their figures are sent to that person."""

    __tablename__ = "saved_report"
    __table_args__ = (
        CheckConstraint(f"schedule IN {SCHEDULES}", name="schedule"),
        UniqueConstraint("user_id", "name"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id", ondelete="CASCADE"))
    name: Mapped[str]
    # The report's address behind its question mark.
    query: Mapped[str]
    schedule: Mapped[str]
    # Since when it is sent: a period that ended before is not.
    scheduled_at: Mapped[datetime]
    created_at: Mapped[datetime]
    user: Mapped[User] = relationship()


class StaffMail(Base):
    """An e-mail to a member of the staff: a report's figures of a period, or that a file is ready.

    The key names which one it is and is unique, so that it is written once for ever.
    """

    __tablename__ = "staff_mail"
    __table_args__ = (
        CheckConstraint(f"state IN {MAIL_STATES}", name="state"),
        CheckConstraint("state <> 'sending' OR lease_until IS NOT NULL", name="sending_holds_a_lease"),
        CheckConstraint("(report_id IS NULL) <> (export_id IS NULL)", name="is_about_one_thing"),
        CheckConstraint("report_id IS NULL OR (starts IS NOT NULL AND ends IS NOT NULL)", name="report_has_a_period"),
        Index("ix_staff_mail_state_next", "state", "next_attempt_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(unique=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id", ondelete="CASCADE"), index=True)
    report_id: Mapped[int | None] = mapped_column(ForeignKey("saved_report.id", ondelete="CASCADE"), index=True)
    export_id: Mapped[int | None] = mapped_column(ForeignKey("feedback_export.id", ondelete="CASCADE"), index=True)
    # The first and the last day of a report's period.
    starts: Mapped[date | None]
    ends: Mapped[date | None]
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
    report: Mapped[SavedReport | None] = relationship()
    export: Mapped[FeedbackExport | None] = relationship()
