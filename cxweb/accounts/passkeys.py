"""Reading which passkeys a person has, and which are waited for."""

from datetime import datetime

from sqlalchemy import select

from cxweb.accounts.models import Passkey, StaffSession, User
from cxweb.core import tokens
from cxweb.core.db import session
from cxweb.core.passkeys import Known


class UnknownPasskey(LookupError):
    """The person has no passkey of this number."""


def passkeys_of(user_id: int) -> list[Passkey]:
    """A person's passkeys, in the order they were made."""
    return list(session().scalars(select(Passkey).where(Passkey.user_id == user_id).order_by(Passkey.id)))


def passkey_of(passkey_id: int, user_id: int) -> Passkey:
    """One of them. Raises UnknownPasskey."""
    mine = (Passkey.id == passkey_id, Passkey.user_id == user_id)
    passkey = session().scalar(select(Passkey).where(*mine))
    if passkey is None:
        raise UnknownPasskey(passkey_id)
    return passkey


def known(passkeys: list[Passkey]) -> list[Known]:
    """The same, as a browser is told of them."""
    return [Known(one.credential_id, tuple(one.transports)) for one in passkeys]


def awaited(token: str, now: datetime) -> User | None:
    """Whose second step is waited for under this token; None where none is."""
    waiting = (StaffSession.token_digest == tokens.digest(token), StaffSession.expires_at > now)
    found = select(User).join(StaffSession, StaffSession.user_id == User.id)
    return session().scalar(found.where(*waiting, StaffSession.awaits_code.is_(True)))
