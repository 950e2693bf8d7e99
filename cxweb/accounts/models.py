"""Who may enter: users, their passkeys, sessions and second step, links mailed to them, and the keys of programs."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, UniqueConstraint, exists, text
from sqlalchemy.orm import Mapped, column_property, mapped_column, relationship

from cxweb.company.models import Depot
from cxweb.core.db import Base
from cxweb.core.sealed import Sealed

LINK_KINDS = ("invitation", "password")
MAIL_STATES = ("pending", "sent", "failed", "suppressed")
CHALLENGES = ("new_passkey", "passkey", "provider")
COMPANY = text("depot_id IS NULL")


class Passkey(Base):
    """A key that a person's device holds and opens by face, finger or PIN. Here is only what it is checked with."""

    __tablename__ = "passkey"

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id", ondelete="CASCADE"), index=True)
    # As the device names it, in base64url.
    credential_id: Mapped[str] = mapped_column(unique=True)
    # In COSE, as the device gave it.
    public_key: Mapped[bytes] = mapped_column(LargeBinary)
    # How often the device says it was used; 0 for ever where it does not count.
    sign_count: Mapped[int]
    transports: Mapped[list[str]]
    name: Mapped[str]
    created_at: Mapped[datetime]
    last_used_at: Mapped[datetime | None]


class ProviderLink(Base):
    """Who of an OpenID provider's people an account is: known by the provider's own name of them from then on."""

    __tablename__ = "provider_link"

    issuer: Mapped[str] = mapped_column(primary_key=True)
    subject: Mapped[str] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id", ondelete="CASCADE"), index=True)
    linked_at: Mapped[datetime]
    last_used_at: Mapped[datetime]


class User(Base):
    """A member of the staff; what of the company they see stands in `branches`."""

    __tablename__ = "user_account"
    __table_args__ = (CheckConstraint("role IN ('admin', 'dispatcher', 'relations', 'reader')", name="role"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    email: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    # Empty until the invitation is taken: no password fits.
    password_hash: Mapped[str]
    password_changed_at: Mapped[datetime | None]
    role: Mapped[str]
    language: Mapped[str | None]
    created_at: Mapped[datetime]
    disabled_at: Mapped[datetime | None]
    # The secret of the second step; it counts once a code of it was typed in, which is `totp_since`.
    totp_secret: Mapped[Sealed | None]
    totp_since: Mapped[datetime | None]
    # The half minute of the last code that was taken: no code is taken twice, nor one before it.
    totp_step: Mapped[int | None]
    branches: Mapped[list["UserBranch"]] = relationship(cascade="all, delete-orphan", order_by="UserBranch.id")
    has_passkey: Mapped[bool] = column_property(exists().where(Passkey.user_id == id).correlate_except(Passkey))
    has_provider_link: Mapped[bool] = column_property(
        exists().where(ProviderLink.user_id == id).correlate_except(ProviderLink), deferred=True
    )

    @property
    def has_second_step(self) -> bool:
        """Whether the password alone opens nothing: an app is in force, or there is a passkey."""
        return self.totp_since is not None or self.has_passkey


class UserBranch(Base):
    """A part of the company that a person sees, and whether they act on it: a depot's branch, or without one all of it.

    Who has none sees nothing: an account that loses its parts does not gain the company by it.
    """

    __tablename__ = "user_branch"
    __table_args__ = (
        UniqueConstraint("user_id", "depot_id"),
        # No two empty depots are alike for the constraint above.
        Index("uq_user_branch_company", "user_id", unique=True, sqlite_where=COMPANY, postgresql_where=COMPANY),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id", ondelete="CASCADE"))
    depot_id: Mapped[int | None] = mapped_column(ForeignKey("depot.id"), index=True)
    acting: Mapped[bool]
    depot: Mapped[Depot | None] = relationship()


class RecoveryCode(Base):
    """A way in for who has lost the device with the second step; each opens once. Only its digest is stored."""

    __tablename__ = "recovery_code"

    digest: Mapped[str] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id", ondelete="CASCADE"), index=True)
    used_at: Mapped[datetime | None]


class StaffSession(Base):
    """A signed-in browser. The row decides: without it the cookie is worth nothing."""

    __tablename__ = "staff_session"

    token_digest: Mapped[str] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id", ondelete="CASCADE"), index=True)
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime] = mapped_column(index=True)
    # When a person last did something with it, a few minutes coarse.
    seen_at: Mapped[datetime]
    # What the person recognises the session by.
    address: Mapped[str]
    agent: Mapped[str]
    # The password was right and the second step is still to come: it opens nothing yet.
    awaits_code: Mapped[bool] = mapped_column(default=False)
    code_tries: Mapped[int] = mapped_column(default=0)
    # The provider that signed the person in answers for the second step.
    vouched: Mapped[bool] = mapped_column(default=False)


class SignInChallenge(Base):
    """What a device or provider has to repeat in its answer, once and soon. Only its digest is stored."""

    __tablename__ = "sign_in_challenge"
    __table_args__ = (CheckConstraint(f"purpose IN {CHALLENGES}", name="purpose"),)

    digest: Mapped[str] = mapped_column(primary_key=True)
    purpose: Mapped[str]
    # Whose answer is taken; of anybody where that is still open.
    user_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id", ondelete="CASCADE"))
    expires_at: Mapped[datetime] = mapped_column(index=True)


class SignInAttempt(Base):
    """A wrong password, kept for a while to slow down guessing by account and by address."""

    __tablename__ = "sign_in_attempt"

    id: Mapped[int] = mapped_column(primary_key=True)
    account: Mapped[str] = mapped_column(index=True)
    address: Mapped[str] = mapped_column(index=True)
    at: Mapped[datetime] = mapped_column(index=True)


class PasswordRequest(Base):
    """Somebody asked for a new password. Whether the address has an account is looked up later, out of their sight."""

    __tablename__ = "password_request"

    id: Mapped[int] = mapped_column(primary_key=True)
    email: Mapped[str]
    asked_at: Mapped[datetime]


class AccountLink(Base):
    """A mailed address under which a person chooses a password, and what became of the mail.

    The address's secret is made of the nonce and the product's own key: a copy of the database opens nothing.
    """

    __tablename__ = "account_link"
    __table_args__ = (
        CheckConstraint(f"kind IN {LINK_KINDS}", name="kind"),
        CheckConstraint(f"state IN {MAIL_STATES}", name="state"),
        Index("ix_account_link_state_next", "state", "next_attempt_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id", ondelete="CASCADE"), index=True)
    kind: Mapped[str]
    nonce: Mapped[str] = mapped_column(unique=True)
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    # It opens nothing any more: used, or replaced by a later one.
    closed_at: Mapped[datetime | None]
    state: Mapped[str] = mapped_column(default="pending")
    # What the gateway said last, or why nothing was sent.
    reason: Mapped[str | None]
    attempts: Mapped[int] = mapped_column(default=0)
    # Who sends moves it on first. A mail that arrives twice does no harm, so a sender that died is simply followed.
    next_attempt_at: Mapped[datetime]
    sent_at: Mapped[datetime | None]
    user: Mapped[User] = relationship()


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
