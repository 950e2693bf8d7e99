"""The survey's versions: an answer keeps the wording it was given to."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from cxweb.core.db import Base

CAUSE_CHECK = "cause IN ('driver', 'product', 'delay', 'price', 'other')"


class SurveyVersion(Base):
    """One published state of the survey; the greatest number is in force."""

    __tablename__ = "survey_version"
    __table_args__ = (
        CheckConstraint("number > 0", name="number"),
        CheckConstraint("skin IN ('stars', 'numbers', 'smileys')", name="skin"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[int] = mapped_column(unique=True)
    # Whether it asks the 0–10 question: such a version never feeds NPS (stars), answered or not.
    asks_nps: Mapped[bool] = mapped_column(default=False)
    asks_ces: Mapped[bool] = mapped_column(default=False)
    asks_open: Mapped[bool] = mapped_column(default=False)
    asks_reasons: Mapped[bool] = mapped_column(default=False)
    # How the five choices are drawn; what is stored is the same integer.
    skin: Mapped[str] = mapped_column(default="stars")
    created_at: Mapped[datetime]
    created_by: Mapped[str]
    texts: Mapped[list["SurveyText"]] = relationship(cascade="all, delete-orphan")
    reasons: Mapped[list["SurveyReason"]] = relationship(order_by="SurveyReason.position", cascade="all, delete-orphan")


class SurveyText(Base):
    """A version's texts in one language; `[company]` stands for the company's name."""

    __tablename__ = "survey_text"

    version_id: Mapped[int] = mapped_column(ForeignKey("survey_version.id", ondelete="CASCADE"), primary_key=True)
    language: Mapped[str] = mapped_column(primary_key=True)
    question: Mapped[str]
    comment_prompt: Mapped[str]
    # Null: the product's own text.
    nps_question: Mapped[str | None]
    ces_question: Mapped[str | None]
    open_question: Mapped[str | None]


class SurveyReason(Base):
    """A reason that customers who gave so many stars may choose; its cause keeps the driver's part apart."""

    __tablename__ = "survey_reason"
    __table_args__ = (
        CheckConstraint(CAUSE_CHECK, name="cause"),
        CheckConstraint("from_stars >= 1 AND from_stars <= to_stars AND to_stars <= 5", name="stars"),
    )

    version_id: Mapped[int] = mapped_column(ForeignKey("survey_version.id", ondelete="CASCADE"), primary_key=True)
    code: Mapped[str] = mapped_column(primary_key=True)
    position: Mapped[int]
    cause: Mapped[str]
    from_stars: Mapped[int]
    to_stars: Mapped[int]
    texts: Mapped[list["SurveyReasonText"]] = relationship(cascade="all, delete-orphan")


class SurveyReasonText(Base):
    """A reason as one language says it."""

    __tablename__ = "survey_reason_text"
    __table_args__ = (
        ForeignKeyConstraint(
            ["version_id", "code"], ["survey_reason.version_id", "survey_reason.code"], ondelete="CASCADE"
        ),
    )

    version_id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(primary_key=True)
    language: Mapped[str] = mapped_column(primary_key=True)
    text: Mapped[str]
