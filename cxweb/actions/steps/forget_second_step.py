"""Takes a person's app away, and with the last of the second step the codes that stood for it."""

from sqlalchemy import ColumnElement, delete

from cxweb.accounts.models import Passkey, RecoveryCode, User
from cxweb.core.db import session


def forget_totp(user: User) -> None:
    """The app's codes open nothing from now on."""
    user.totp_secret = user.totp_since = user.totp_step = None
    forget_codes(user)


def forget_passkeys(user: User, *conditions: ColumnElement[bool]) -> int:
    """How many passkeys of the person, of those that the conditions hold for, are gone."""
    gone = delete(Passkey).where(Passkey.user_id == user.id, *conditions).returning(Passkey.id)
    count = len(session().scalars(gone).all())
    session().refresh(user, ["has_passkey"])
    forget_codes(user)
    return count


def forget_codes(user: User) -> None:
    """Without a second step there is nothing that recovery codes stand for."""
    if not user.has_second_step:
        session().execute(delete(RecoveryCode).where(RecoveryCode.user_id == user.id))
