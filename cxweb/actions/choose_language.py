"""A member of the staff chooses the language the staff's pages speak."""

from sqlalchemy import update

from cxweb.accounts.models import User
from cxweb.accounts.rules import Staff
from cxweb.core.db import transaction
from cxweb.core.i18n import languages


def choose_language(language: str, by: Staff) -> None:
    """Store the language; one the product does not speak changes nothing."""
    if language not in languages():
        return
    with transaction() as opened:
        opened.execute(update(User).where(User.id == by.id).values(language=language))
