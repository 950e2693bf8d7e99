"""Adds an account to the open transaction."""

from sqlalchemy import select

from cxweb.accounts.models import User, UserBranch
from cxweb.actions.steps.grant_parts import ALL, Parts, told
from cxweb.core import clock
from cxweb.core.audit import record
from cxweb.core.db import insert_or_leave, session


class EmailTaken(Exception):
    """Another account has this e-mail address."""


def add_user(
    address: str,
    role: str,
    password_hash: str,
    actor: str,
    *,
    name: str = "",
    parts: Parts = ALL,
    language: str | None = None,
) -> int:
    """Insert the account; its id. `parts`: each a depot's id, None for the company, and whether it is acted on.

    Raises EmailTaken.
    """
    if not insert_or_leave(
        User,
        email=address,
        name=name.strip() or address.split("@")[0],
        password_hash=password_hash,
        role=role,
        language=language,
        created_at=clock.now(),
    ):
        raise EmailTaken(address)
    user_id = session().scalars(select(User.id).where(User.email == address)).one()
    session().add_all(
        UserBranch(user_id=user_id, depot_id=depot_id, acting=acting) for depot_id, acting in parts.items()
    )
    session().flush()
    record(actor, "user.created", f"user:{user_id}", role=role, **told(parts))
    return user_id
