"""A member of the staff signs in: guessing is slowed down, and a session of its own begins."""

from sqlalchemy import func, select

from cxweb.accounts.models import User
from cxweb.accounts.passwords import matches
from cxweb.accounts.rules import network_of
from cxweb.actions.steps.begin_session import SignedIn, begin_session
from cxweb.actions.steps.claim_try import TooManyAttempts, claim_try, forget_tries
from cxweb.core import clock, tokens
from cxweb.core.db import session, transaction

__all__ = ["SignedIn", "TooManyAttempts", "WrongPassword", "sign_in"]


class WrongPassword(Exception):
    """No such account, a disabled one, or another password: the three look the same."""


def sign_in(email: str, password: str, address: str, agent: str = "") -> SignedIn:
    """Begin a session from an address, in a browser that names itself so. Raises WrongPassword or TooManyAttempts.

    The password is looked at outside the transaction: argon2 takes its time, and nobody may wait for it.
    """
    now = clock.now()
    # Digests: what is typed here by mistake may be a password.
    account, network = tokens.digest(email), network_of(address)
    with transaction():
        claim_try(account, network, now)
    user = _user(email)
    if not matches(password, user.password_hash if user else None) or user is None:
        raise WrongPassword
    awaits_code = user.has_second_step
    with transaction():
        token = begin_session(user.id, network, agent, now, awaits_code=awaits_code)
        forget_tries(account, network)
    return SignedIn(token, awaits_code)


def _user(email: str) -> User | None:
    return session().scalar(select(User).where(func.lower(User.email) == email, User.disabled_at.is_(None)))
