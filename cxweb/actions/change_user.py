"""An account gets another name, role or perimeter; in force with the person's next click."""

from collections.abc import Iterable

from cxweb.accounts.models import User, UserBranch
from cxweb.accounts.rules import Grant, Staff
from cxweb.actions.steps.check_user import InvalidUser, checked_role
from cxweb.actions.steps.find_depot import UnknownDepot
from cxweb.actions.steps.find_user import user_within
from cxweb.actions.steps.grant_parts import Parts, granted, told
from cxweb.core.audit import record
from cxweb.core.db import session, transaction

__all__ = ["CannotChangeOneself", "InvalidUser", "UnknownDepot", "change_user"]


class CannotChangeOneself(Exception):
    """Nobody takes their own rights away, or gives themselves others: somebody else has to."""


def change_user(user_id: int, role: str, by: Staff, *, name: str, parts: Iterable[Grant]) -> None:
    """Store what differs. Raises UnknownUser, InvalidUser, UnknownDepot, OutsidePerimeter and CannotChangeOneself."""
    checked_role(role)
    with transaction():
        user = user_within(user_id, by)
        given = granted(parts, by.perimeter)
        held = {part.depot_id: part.acting for part in user.branches}
        differs = (user.role, held) != (role, given)
        if differs and user.id == by.id:
            raise CannotChangeOneself
        user.name = name.strip() or user.name
        if differs:
            before, after = {"role": user.role, **told(held)}, {"role": role, **told(given)}
            user.role = role
            _give(user, given)
            record(by.actor, "user.changed", f"user:{user.id}", before=before, after=after)


def _give(user: User, parts: Parts) -> None:
    """Make these parts the account's; the old ones go first, for no part is there twice."""
    user.branches.clear()
    session().flush()
    user.branches.extend(UserBranch(depot_id=depot_id, acting=acting) for depot_id, acting in parts.items())
