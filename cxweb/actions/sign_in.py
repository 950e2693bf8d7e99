"""A member of the staff signs in: guessing is slowed down, and a session of its own begins."""

from datetime import datetime

from sqlalchemy import ColumnElement, and_, delete, func, select, text

from cxweb.accounts.models import SignInAttempt, StaffSession, User
from cxweb.accounts.passwords import matches
from cxweb.accounts.rules import ATTEMPT_WINDOW, SESSION_LENGTH, Failures, heard_from, network_of
from cxweb.core import clock, tokens
from cxweb.core.audit import record
from cxweb.core.db import dialect_name, session, transaction


class WrongPassword(Exception):
    """No such account, a disabled one, or another password: the three look the same."""


class TooManyAttempts(Exception):
    """The try was not heard; `until` is when the next one is."""

    def __init__(self, until: datetime) -> None:
        super().__init__("too many attempts")
        self.until = until


def sign_in(email: str, password: str, address: str) -> str:
    """The token of a new session. Raises WrongPassword or TooManyAttempts.

    The try is written down before the password is looked at, so that a thousand at once are not all the first. It is
    looked at outside the transaction: argon2 takes its time, and nobody may wait for it.
    """
    now = clock.now()
    # Digests: what is typed here by mistake may be a password.
    account, network = tokens.digest(email), network_of(address)
    with transaction():
        _claim(account, network, now)
    user = _user(email)
    if not matches(password, user.password_hash if user else None) or user is None:
        raise WrongPassword
    token = tokens.new_secret()
    with transaction() as opened:
        here = and_(SignInAttempt.account == account, SignInAttempt.address == network)
        opened.execute(delete(SignInAttempt).where(here))
        opened.execute(delete(StaffSession).where(StaffSession.expires_at <= now))
        opened.add(
            StaffSession(
                token_digest=tokens.digest(token), user_id=user.id, created_at=now, expires_at=now + SESSION_LENGTH
            )
        )
        record(f"user:{user.id}", "session.begun", f"user:{user.id}")
    return token


def _claim(account: str, network: str, now: datetime) -> None:
    """Write the try down as a failure, which success takes back. Raises TooManyAttempts."""
    if dialect_name() == "postgresql":
        # Simultaneous tries must see each other; SQLite's writers do so anyway.
        session().execute(text("LOCK TABLE sign_in_attempt IN SHARE ROW EXCLUSIVE MODE"))
    session().execute(delete(SignInAttempt).where(SignInAttempt.at < now - ATTEMPT_WINDOW))
    of_account, of_address = SignInAttempt.account == account, SignInAttempt.address == network
    until = heard_from(_failures(of_account).count, _failures(of_address), _failures(and_(of_account, of_address)))
    if until is not None and until > now:
        raise TooManyAttempts(until)
    session().add(SignInAttempt(account=account, address=network, at=now))


def _failures(condition: ColumnElement[bool]) -> Failures:
    count, last = session().execute(select(func.count(), func.max(SignInAttempt.at)).where(condition)).one()
    return Failures(count, last)


def _user(email: str) -> User | None:
    return session().scalar(select(User).where(func.lower(User.email) == email, User.disabled_at.is_(None)))
