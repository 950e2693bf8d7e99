"""Looks at a code of the second step, and uses it up: the app's six digits, or a recovery code."""

from datetime import datetime

from sqlalchemy import update

from cxweb.accounts.models import RecoveryCode, User
from cxweb.accounts.rules import MOST_CODES
from cxweb.actions.steps.claim_try import tries
from cxweb.core import tokens
from cxweb.core.audit import record
from cxweb.core.db import session
from cxweb.core.sealed import opened_or_none
from cxweb.core.totp import step_of


def code_account(user_id: int) -> str:
    """Under which name wrong codes of a person are counted."""
    return tokens.digest(f"code of user {user_id}")


def check_code(user: User, code: str, now: datetime) -> bool:
    """Whether the code is right; it is right once. The person's row is locked by whoever asks.

    Beyond MOST_CODES wrong ones, which only many addresses can reach, six digits are no longer listened to, nor where
    the secret cannot be opened: recovery codes are always heard.
    """
    typed = "".join(code.split()).lower()
    secret = opened_or_none(user.totp_secret)
    if secret and tries(code_account(user.id), now) <= MOST_CODES:
        step = step_of(secret, typed, now, user.totp_step)
        if step is not None:
            user.totp_step = step
            return True
    used = (
        update(RecoveryCode)
        .where(
            RecoveryCode.user_id == user.id,
            RecoveryCode.digest == tokens.digest(typed.replace("-", "")),
            RecoveryCode.used_at.is_(None),
        )
        .values(used_at=now)
        .returning(RecoveryCode.digest)
    )
    if session().scalar(used) is None:
        return False
    record(f"user:{user.id}", "totp.recovery_used", f"user:{user.id}")
    return True
