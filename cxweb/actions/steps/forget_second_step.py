"""Takes a person's second step away, and the codes that stood for it."""

from sqlalchemy import delete

from cxweb.accounts.models import RecoveryCode, User
from cxweb.core.db import session


def forget_totp(user: User) -> None:
    """Signing in takes the password alone from now on."""
    user.totp_secret = user.totp_since = user.totp_step = None
    session().execute(delete(RecoveryCode).where(RecoveryCode.user_id == user.id))
