"""A member of the staff gets an account."""

from cxweb.accounts.passwords import WEAKNESSES, hashed, weakness
from cxweb.accounts.rules import Acting
from cxweb.actions.steps.add_user import add_user
from cxweb.actions.steps.check_user import InvalidUser, checked_email, checked_role
from cxweb.actions.steps.find_depot import depot_id_within
from cxweb.core.db import transaction

__all__ = ["InvalidUser", "create_user"]


def create_user(
    email: str,
    role: str,
    password: str,
    by: Acting,
    *,
    name: str = "",
    depot: str | None = None,
    language: str | None = None,
) -> int:
    """Create the account; its id. The depot is a ref; without one the account sees what `by` sees.

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
        depot_id = depot_id_within(depot, by.perimeter)
        return add_user(address, role, password_hash, by.actor, name=name, depot_id=depot_id, language=language)
