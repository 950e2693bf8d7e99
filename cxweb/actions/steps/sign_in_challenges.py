"""Gives challenges that a device or provider has to repeat, and takes each back once."""

from datetime import datetime

from sqlalchemy import delete

from cxweb.accounts.models import SignInChallenge
from cxweb.accounts.rules import CHALLENGE_PATIENCE
from cxweb.core import tokens
from cxweb.core.db import session


class StaleChallenge(Exception):
    """It was answered already, too late, by somebody else, or never given."""


def give_challenge(purpose: str, user_id: int | None, now: datetime) -> str:
    """A new challenge of 256 random bits; those that are over are swept away."""
    session().execute(delete(SignInChallenge).where(SignInChallenge.expires_at <= now))
    challenge = tokens.new_secret()
    session().add(
        SignInChallenge(
            digest=tokens.digest(challenge), purpose=purpose, user_id=user_id, expires_at=now + CHALLENGE_PATIENCE
        )
    )
    return challenge


def take_challenge(challenge: str, purpose: str, user_id: int | None, now: datetime) -> None:
    """Use the challenge up, whatever becomes of the answer: the caller's transaction ends before that is looked at.

    Raises StaleChallenge.
    """
    mine = (SignInChallenge.digest == tokens.digest(challenge), SignInChallenge.purpose == purpose)
    whose = SignInChallenge.user_id.is_(None) if user_id is None else SignInChallenge.user_id == user_id
    taken = delete(SignInChallenge).where(*mine, whose, SignInChallenge.expires_at > now)
    if session().scalar(taken.returning(SignInChallenge.digest)) is None:
        raise StaleChallenge
