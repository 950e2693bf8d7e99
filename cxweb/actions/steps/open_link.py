"""Opens the address under which a person chooses a password, and closes those that were open before."""

import secrets
from datetime import datetime

from flask import current_app
from sqlalchemy import update

from cxweb.accounts.models import AccountLink, User
from cxweb.accounts.rules import INVITATION_LENGTH, RENEWAL_LENGTH
from cxweb.core import tokens
from cxweb.core.db import session


def open_link(user: User, now: datetime) -> str:
    """The address's secret; the sweeper mails it. Who has never had a password is invited, anybody else renews it."""
    close_links(user.id, now)
    kind = "password" if user.password_hash else "invitation"
    nonce = secrets.token_urlsafe(16)
    session().add(
        AccountLink(
            user_id=user.id,
            kind=kind,
            nonce=nonce,
            created_at=now,
            next_attempt_at=now,
            expires_at=now + (RENEWAL_LENGTH if kind == "password" else INVITATION_LENGTH),
        )  # fmt: skip
    )
    return tokens.sealed(current_app.config["CXWEB"].secret_key, nonce)


def close_links(user_id: int, now: datetime) -> None:
    """None of the person's addresses opens anything any more, and none that waits is mailed."""
    mine = (AccountLink.user_id == user_id, AccountLink.closed_at.is_(None))
    session().execute(update(AccountLink).where(*mine).values(closed_at=now))
