"""The wordings of the messages: each saved state of their texts, which messages already queued keep."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column, relationship

from cxweb.core.db import Base


class Wording(Base):
    """One saved state of all the messages' texts; the greatest number is in force."""

    __tablename__ = "wording"
    __table_args__ = (CheckConstraint("number > 0", name="number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[int] = mapped_column(unique=True)
    created_at: Mapped[datetime]
    created_by: Mapped[str]
    texts: Mapped[list["WordingText"]] = relationship(cascade="all, delete-orphan")


class WordingText(Base):
    """A wording's text of one kind of message, channel and language, with its tags; an SMS has no subject.

    Where it has none, the product's own is sent.
    """

    __tablename__ = "wording_text"
    __table_args__ = (CheckConstraint("channel IN ('email', 'sms')", name="channel"),)

    wording_id: Mapped[int] = mapped_column(ForeignKey("wording.id", ondelete="CASCADE"), primary_key=True)
    kind: Mapped[str] = mapped_column(primary_key=True)
    channel: Mapped[str] = mapped_column(primary_key=True)
    language: Mapped[str] = mapped_column(primary_key=True)
    subject: Mapped[str | None]
    body: Mapped[str]
