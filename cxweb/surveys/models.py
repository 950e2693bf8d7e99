"""The survey's versions: an answer keeps the wording it was given to."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column, relationship

from cxweb.core.db import Base


class SurveyVersion(Base):
    """One published state of the survey; the greatest number is in force."""

    __tablename__ = "survey_version"
    __table_args__ = (CheckConstraint("number > 0", name="number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[int] = mapped_column(unique=True)
    # Whether it asks the 0–10 question: such a version never feeds NPS (stars), answered or not.
    asks_nps: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime]
    created_by: Mapped[str]
    texts: Mapped[list["SurveyText"]] = relationship(cascade="all, delete-orphan")


class SurveyText(Base):
    """A version's texts in one language; `[company]` stands for the company's name."""

    __tablename__ = "survey_text"

    version_id: Mapped[int] = mapped_column(ForeignKey("survey_version.id", ondelete="CASCADE"), primary_key=True)
    language: Mapped[str] = mapped_column(primary_key=True)
    question: Mapped[str]
    comment_prompt: Mapped[str]
