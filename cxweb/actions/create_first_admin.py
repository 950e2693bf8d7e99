"""The first account of an installation, so that somebody can enter."""

from sqlalchemy import select

from cxweb.accounts.models import User
from cxweb.accounts.passwords import hashed
from cxweb.accounts.rules import Acting
from cxweb.actions.steps.add_user import add_user
from cxweb.core.db import session, transaction


def create_first_admin(address: str, password: str, by: Acting) -> bool:
    """Create an admin with this password where there is no account at all; whether it was created."""
    if _somebody():
        return False
    password_hash = hashed(password)
    with transaction():
        if _somebody():
            return False
        add_user(address, "admin", password_hash, by.actor)
        return True


def _somebody() -> bool:
    return session().scalar(select(User.id).limit(1)) is not None
