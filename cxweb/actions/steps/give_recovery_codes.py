"""Gives a person new recovery codes in the place of all earlier ones."""

import secrets

from sqlalchemy import delete

from cxweb.accounts.models import RecoveryCode
from cxweb.accounts.rules import RECOVERY_CODES
from cxweb.core import tokens
from cxweb.core.db import session

# Without the letters and digits that look alike. 24 of them are 118 random bits: a plain digest keeps those safe.
ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"
GROUPS, LENGTH = 6, 4


def give_recovery_codes(user_id: int) -> list[str]:
    """The codes, which are nowhere stored and cannot be shown again."""
    session().execute(delete(RecoveryCode).where(RecoveryCode.user_id == user_id))
    codes = ["-".join(_group() for _ in range(GROUPS)) for _ in range(RECOVERY_CODES)]
    for code in codes:
        session().add(RecoveryCode(digest=tokens.digest(code.replace("-", "")), user_id=user_id))
    return codes


def _group() -> str:
    return "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))
