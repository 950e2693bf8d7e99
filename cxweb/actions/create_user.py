"""A member of the staff gets an account."""

from email_validator import EmailNotValidError, validate_email

from cxweb.accounts.passwords import hashed
from cxweb.accounts.rules import ROLES, SHORTEST_PASSWORD, Acting
from cxweb.actions.steps.add_user import add_user
from cxweb.actions.steps.find_depot import depot_id_within
from cxweb.core.db import transaction


class InvalidUser(ValueError):
    """What was given makes no account; `field` names it and the text says why."""

    def __init__(self, field: str, problem: str) -> None:
        super().__init__(problem)
        self.field = field


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
    address = _checked(email)
    if role not in ROLES:
        raise InvalidUser("role", f"The role is one of {', '.join(ROLES)}.")
    if len(password) < SHORTEST_PASSWORD:
        raise InvalidUser("password", f"The password needs at least {SHORTEST_PASSWORD} characters.")
    # Before the transaction: argon2 takes its time on purpose, and nobody should wait for a lock meanwhile.
    password_hash = hashed(password)
    with transaction():
        depot_id = depot_id_within(depot, by.perimeter)
        return add_user(address, role, password_hash, by.actor, name=name, depot_id=depot_id, language=language)


def _checked(email: str) -> str:
    """The address as accounts are known by: lower case. Raises InvalidUser."""
    try:
        # Addresses of a company's own network, such as name@firm.local, are fine: nothing is looked up.
        checked = validate_email(email.strip(), check_deliverability=False, globally_deliverable=False)
    except EmailNotValidError as error:
        raise InvalidUser("email", f"The e-mail address cannot be right: {error}") from error
    return checked.normalized.lower()
