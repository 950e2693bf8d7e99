"""A member of the staff starts to set up the second step: a secret for the app, which counts for nothing yet."""

from cxweb.accounts.rules import Staff
from cxweb.actions.steps.find_user import locked_user
from cxweb.core.db import transaction
from cxweb.core.totp import new_secret


def begin_totp(by: Staff) -> None:
    """Keep a new secret until a code of it is typed in; a second step that is in force stays as it is."""
    with transaction():
        user = locked_user(by.id)
        if user.totp_since is None:
            user.totp_secret = new_secret()
