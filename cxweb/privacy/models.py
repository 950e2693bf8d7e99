"""What outlives a person's data: keyed digests, and the company's own words about its customers' data."""

from datetime import datetime

from sqlalchemy import CheckConstraint
from sqlalchemy.orm import Mapped, mapped_column

from cxweb.core.db import Base

KINDS = ("ref", "email", "sms", "order")


class KnownPerson(Base):
    """A customer's ref, e-mail address or phone number as a keyed digest, kept when the text itself is gone.

    It says since when the person is a customer, and whether they were erased. An order's number stands here only
    where its customer was erased: in a restored backup it is what finds them again.
    """

    __tablename__ = "known_person"
    __table_args__ = (CheckConstraint(f"kind IN {KINDS}", name="kind"),)

    digest: Mapped[str] = mapped_column(primary_key=True)
    kind: Mapped[str]
    first_order_at: Mapped[datetime | None]
    erased_at: Mapped[datetime | None] = mapped_column(index=True)


class PrivacyNotice(Base):
    """What the company itself tells its customers about their data, in one language."""

    __tablename__ = "privacy_notice"

    language: Mapped[str] = mapped_column(primary_key=True)
    body: Mapped[str]
    updated_at: Mapped[datetime]
    updated_by: Mapped[str]
