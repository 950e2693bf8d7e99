"""A member of the staff gets an account."""

from email_validator import EmailNotValidError, validate_email
from sqlalchemy import select

from cxweb.accounts.models import User
from cxweb.accounts.passwords import hashed
from cxweb.accounts.rules import ROLES, SHORTEST_PASSWORD, Acting
from cxweb.actions.steps.find_depot import depot_id_within
from cxweb.core import clock
from cxweb.core.audit import record
from cxweb.core.db import insert_or_leave, session, transaction


class InvalidUser(ValueError):
    """What was given makes no account; `field` names it and the text says why."""

    def __init__(self, field: str, problem: str) -> None:
        super().__init__(problem)
        self.field = field


class EmailTaken(Exception):
    """Another account has this e-mail address."""


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
    if role not in ROLES:
        raise InvalidUser("role", f"The role is one of {', '.join(ROLES)}.")
    if len(password) < SHORTEST_PASSWORD:
        raise InvalidUser("password", f"The password needs at least {SHORTEST_PASSWORD} characters.")
    # Before the transaction: argon2 takes its time on purpose, and nobody should wait for a lock meanwhile.
    password_hash = hashed(password)
    with transaction():
        depot_id = depot_id_within(depot, by.perimeter)
        if not insert_or_leave(
            User,
            email=address,
            name=name.strip() or address.split("@")[0],
            password_hash=password_hash,
            role=role,
            depot_id=depot_id,
            language=language,
            created_at=clock.now(),
        ):
            raise EmailTaken(address)
        user_id = session().scalars(select(User.id).where(User.email == address)).one()
        record(by.actor, "user.created", f"user:{user_id}", role=role, depot=depot_id)
        return user_id


def checked_email(email: str) -> str:
    """The address as accounts are known by: lower case. Raises InvalidUser."""
    try:
        # Addresses of a company's own network, such as name@firm.local, are fine: nothing is looked up.
        checked = validate_email(email.strip(), check_deliverability=False, globally_deliverable=False)
    except EmailNotValidError as error:
        raise InvalidUser("email", f"The e-mail address cannot be right: {error}") from error
    return checked.normalized.lower()
