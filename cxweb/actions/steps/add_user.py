"""Adds an account to the open transaction."""

from sqlalchemy import select

from cxweb.accounts.models import User
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
    depot_id: int | None = None,
    language: str | None = None,
    read_only: bool = False,
) -> int:
    """Insert the account; its id. Raises EmailTaken."""
    if not insert_or_leave(
        User,
        email=address,
        name=name.strip() or address.split("@")[0],
        password_hash=password_hash,
        role=role,
        depot_id=depot_id,
        language=language,
        read_only=read_only,
        created_at=clock.now(),
    ):
        raise EmailTaken(address)
    user_id = session().scalars(select(User.id).where(User.email == address)).one()
    record(actor, "user.created", f"user:{user_id}", role=role, depot=depot_id, read_only=read_only)
    return user_id
