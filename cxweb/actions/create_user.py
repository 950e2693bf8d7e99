"""A member of the staff gets an account."""

from collections.abc import Sequence

from cxweb.accounts.passwords import WEAKNESSES, hashed, weakness
from cxweb.accounts.rules import EVERYTHING, Acting, Grant
from cxweb.actions.steps.add_user import add_user
from cxweb.actions.steps.check_user import InvalidUser, checked_email, checked_role
from cxweb.actions.steps.grant_parts import granted
from cxweb.core.db import transaction

__all__ = ["InvalidUser", "create_user"]


def create_user(
    email: str,
    role: str,
    password: str,
    by: Acting,
    *,
    name: str = "",
    depots: Sequence[str] = (),
    language: str | None = None,
) -> int:
    """Create the account; its id. The depots are refs of branches to act on; without one it is the whole company.

    Raises InvalidUser, EmailTaken, UnknownDepot and OutsidePerimeter.
    """
    address = checked_email(email)
    checked_role(role)
    weak = weakness(password, address.partition("@")[0], name)
    if weak is not None:
        raise InvalidUser("password", WEAKNESSES[weak])
    # Before the transaction: argon2 takes its time on purpose, and nobody should wait for a lock meanwhile.
    password_hash = hashed(password)
    with transaction():
        parts = granted([Grant(depot) for depot in depots] or EVERYTHING, by.perimeter)
        return add_user(address, role, password_hash, by.actor, name=name, parts=parts, language=language)
