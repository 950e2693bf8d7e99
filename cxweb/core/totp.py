"""The second step of signing in: six digits that change every half minute (RFC 6238)."""

from datetime import datetime

import pyotp

STEP_S = 30
# A telephone's clock may be a step ahead or behind.
SKEW = 1


def new_secret() -> str:
    """160 random bits in base 32, as authenticator apps take them."""
    return pyotp.random_base32()


def address(secret: str, account: str, issuer: str) -> str:
    """What the QR code holds."""
    return pyotp.TOTP(secret).provisioning_uri(name=account, issuer_name=issuer)


def step_of(secret: str, code: str, now: datetime, after: int | None) -> int | None:
    """The half minute a code belongs to, None for a wrong one, or one not later than the last that was taken."""
    totp, current = pyotp.TOTP(secret), int(now.timestamp()) // STEP_S
    if not (code.isascii() and code.isdigit()):
        return None
    for step in range(current - SKEW, current + SKEW + 1):
        if (after is None or step > after) and pyotp.utils.strings_equal(totp.generate_otp(step), code):
            return step
    return None
