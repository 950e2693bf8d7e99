"""Finds an account within somebody's perimeter, and locks it."""

from sqlalchemy import select

from cxweb.accounts.models import User
from cxweb.accounts.queries import UnknownUser, is_administered, people_within
from cxweb.accounts.rules import Acting, ForbiddenAct
from cxweb.core.db import session


def user_within(user_id: int, by: Acting) -> User:
    """The account, locked until the transaction ends. Raises UnknownUser, also for one that sees beyond the perimeter,
    and ForbiddenAct for one that sees what `by` sees too but does not act on."""
    user = session().scalar(people_within(by.perimeter).where(User.id == user_id).with_for_update(of=User))
    if user is None:
        raise UnknownUser(user_id)
    if not is_administered(user_id, by.perimeter):
        raise ForbiddenAct
    return user


def locked_user(user_id: int) -> User:
    """The account of that id, locked until the transaction ends."""
    return session().scalars(select(User).where(User.id == user_id).with_for_update(of=User)).one()
