"""A person chooses a password at the address that was mailed to them, which opens nothing afterwards."""

from flask import current_app
from sqlalchemy import select

from cxweb.accounts.models import AccountLink
from cxweb.accounts.passwords import hashed, weakness
from cxweb.accounts.queries import UnknownLink, open_link_of
from cxweb.actions.steps.set_password import set_password
from cxweb.company.queries import settings_now
from cxweb.core import clock
from cxweb.core.db import session, transaction


class WeakPassword(ValueError):
    """The password would soon be guessed; `why` is a name of WEAKNESSES."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


def choose_password(secret: str, password: str) -> None:
    """Set the password and end every session. Raises UnknownLink and WeakPassword."""
    key = current_app.config["CXWEB"].secret_key
    link = open_link_of(secret, key, clock.now())
    why = weakness(password, link.user.email.partition("@")[0], link.user.name, settings_now().company_name)
    if why is not None:
        raise WeakPassword(why)
    # Before the transaction: argon2 takes its time on purpose.
    password_hash, now = hashed(password), clock.now()
    with transaction():
        # Of two who choose at once, one finds it closed.
        locked = select(AccountLink).where(AccountLink.id == link.id, AccountLink.closed_at.is_(None))
        found = session().scalar(locked.with_for_update(of=AccountLink))
        if found is None or found.user.disabled_at is not None:
            raise UnknownLink
        set_password(found.user, password_hash, f"user:{found.user_id}", now)
