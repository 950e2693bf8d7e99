"""Checks what an account is made of."""

from email_validator import EmailNotValidError, validate_email

from cxweb.accounts.rules import ROLES


class InvalidUser(ValueError):
    """What was given makes no account; `field` names it and the text says why."""

    def __init__(self, field: str, problem: str) -> None:
        super().__init__(problem)
        self.field = field


def checked_email(email: str) -> str:
    """The address as accounts are known by: lower case. Raises InvalidUser."""
    try:
        # Addresses of a company's own network, such as name@firm.local, are fine: nothing is looked up.
        checked = validate_email(email.strip(), check_deliverability=False, globally_deliverable=False)
    except EmailNotValidError as error:
        raise InvalidUser("email", f"The e-mail address cannot be right: {error}") from error
    return checked.normalized.lower()


def checked_role(role: str) -> str:
    """The role, if there is such a one. Raises InvalidUser."""
    if role not in ROLES:
        raise InvalidUser("role", f"The role is one of {', '.join(ROLES)}.")
    return role
