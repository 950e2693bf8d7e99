"""Looks a request for a new password up: where the address has an account, the mail is made ready."""

from datetime import timedelta

from sqlalchemy import delete, func, select

from cxweb.accounts.models import AccountLink, PasswordRequest, User
from cxweb.accounts.rules import MOST_RENEWALS
from cxweb.actions.steps.open_link import open_link
from cxweb.core import clock
from cxweb.core.audit import record
from cxweb.core.db import session, transaction


def answer_password_request(request_id: int) -> None:
    """Open an address for the account, unless an hour has seen MOST_RENEWALS of them; the request goes either way."""
    now = clock.now()
    with transaction():
        taken = delete(PasswordRequest).where(PasswordRequest.id == request_id).returning(PasswordRequest.email)
        email = session().scalar(taken)
        if email is None:
            return
        user = session().scalar(
            select(User).where(func.lower(User.email) == email, User.disabled_at.is_(None)).with_for_update(of=User)
        )
        if user is None:
            return
        recent = (AccountLink.user_id == user.id, AccountLink.created_at > now - timedelta(hours=1))
        if (session().scalar(select(func.count()).select_from(AccountLink).where(*recent)) or 0) < MOST_RENEWALS:
            record("system", "user.password_forgotten", f"user:{user.id}")
            open_link(user, now)
