"""Somebody is invited: an account without a password, and a mail with the address where one is chosen."""

from collections.abc import Iterable

from cxweb.accounts.rules import EVERYTHING, Grant, Staff
from cxweb.actions.steps.add_user import EmailTaken, add_user
from cxweb.actions.steps.check_user import InvalidUser, checked_email, checked_role
from cxweb.actions.steps.find_depot import UnknownDepot
from cxweb.actions.steps.find_user import locked_user
from cxweb.actions.steps.grant_parts import granted
from cxweb.actions.steps.open_link import open_link
from cxweb.core import clock
from cxweb.core.db import transaction

__all__ = ["EmailTaken", "InvalidUser", "UnknownDepot", "invite_user"]


def invite_user(email: str, role: str, by: Staff, *, name: str = "", parts: Iterable[Grant] = EVERYTHING) -> str:
    """Invite a person; the secret of the address, for where no mail leaves this machine.

    Raises InvalidUser, EmailTaken, UnknownDepot and OutsidePerimeter.
    """
    address = checked_email(email)
    role = checked_role(role)
    with transaction():
        given = granted(parts, by.perimeter)
        user_id = add_user(address, role, "", by.actor, name=name, parts=given)
        return open_link(locked_user(user_id), clock.now())
