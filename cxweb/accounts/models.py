"""Who may enter: users, their sessions, and the keys of other programs."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, LargeBinary
from sqlalchemy.orm import Mapped, mapped_column, relationship

from cxweb.company.models import Depot
from cxweb.core.db import Base


class User(Base):
    """A member of the staff. Without a depot the perimeter is the whole company."""

    __tablename__ = "user_account"
    __table_args__ = (CheckConstraint("role IN ('admin', 'dispatcher', 'relations', 'reader')", name="role"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    email: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    password_hash: Mapped[str]
    role: Mapped[str]
    depot_id: Mapped[int | None] = mapped_column(ForeignKey("depot.id"))
    language: Mapped[str | None]
    created_at: Mapped[datetime]
    disabled_at: Mapped[datetime | None]
    depot: Mapped[Depot | None] = relationship()


class StaffSession(Base):
    """A signed-in browser. The row decides: without it the cookie is worth nothing."""

    __tablename__ = "staff_session"

    token_digest: Mapped[str] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id", ondelete="CASCADE"), index=True)
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime] = mapped_column(index=True)


class SignInAttempt(Base):
    """A wrong password, kept for a while to slow down guessing by account and by address."""

    __tablename__ = "sign_in_attempt"

    id: Mapped[int] = mapped_column(primary_key=True)
    account: Mapped[str] = mapped_column(index=True)
    address: Mapped[str] = mapped_column(index=True)
    at: Mapped[datetime] = mapped_column(index=True)


class ApiKey(Base):
    """Another program's key; only its digest is stored. Without a depot its perimeter is the whole company."""

    __tablename__ = "api_key"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
    digest: Mapped[str] = mapped_column(unique=True)
    scopes: Mapped[list[str]]
    depot_id: Mapped[int | None] = mapped_column(ForeignKey("depot.id"))
    created_at: Mapped[datetime]
    # To the minute: writing it at every request would make every read a write.
    last_used_at: Mapped[datetime | None]
    expires_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]
    depot: Mapped[Depot | None] = relationship()

    def is_in_force(self, now: datetime) -> bool:
        return self.revoked_at is None and (self.expires_at is None or self.expires_at > now)


class KeptAnswer(Base):
    """What a program was answered, kept for a day under the Idempotency-Key it sent: a repetition gets the same.

    Without a status the request is being worked on, by whoever holds it until `held_until`.
    """

    __tablename__ = "kept_answer"
    __table_args__ = (CheckConstraint("(status IS NULL) = (body IS NULL)", name="status_has_a_body"),)

    key_id: Mapped[int] = mapped_column(ForeignKey("api_key.id", ondelete="CASCADE"), primary_key=True)
    # Of the program's own Idempotency-Key.
    digest: Mapped[str] = mapped_column(primary_key=True)
    # Digest of method, address and body: the same key with another request is a mistake.
    request: Mapped[str]
    asked_at: Mapped[datetime] = mapped_column(index=True)
    held_until: Mapped[datetime]
    status: Mapped[int | None]
    body: Mapped[bytes | None] = mapped_column(LargeBinary)
