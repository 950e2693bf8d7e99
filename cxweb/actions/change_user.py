"""An account gets another name, role or perimeter; in force with the person's next click."""

from cxweb.accounts.rules import Staff
from cxweb.actions.steps.check_user import InvalidUser, checked_role
from cxweb.actions.steps.find_depot import UnknownDepot, depot_id_within
from cxweb.actions.steps.find_user import user_within
from cxweb.core.audit import record
from cxweb.core.db import transaction

__all__ = ["CannotChangeOneself", "InvalidUser", "UnknownDepot", "change_user"]


class CannotChangeOneself(Exception):
    """Nobody takes their own rights away, or gives themselves others: somebody else has to."""


def change_user(user_id: int, role: str, by: Staff, *, name: str, depot: str | None, read_only: bool) -> None:
    """Store what differs. Raises UnknownUser, InvalidUser, UnknownDepot, OutsidePerimeter and CannotChangeOneself."""
    checked_role(role)
    with transaction():
        user = user_within(user_id, by)
        wanted = {"role": role, "depot_id": depot_id_within(depot, by.perimeter), "read_only": read_only}
        before = {column: getattr(user, column) for column in wanted}
        if before != wanted and user.id == by.id:
            raise CannotChangeOneself
        user.name = name.strip() or user.name
        for column, value in wanted.items():
            setattr(user, column, value)
        if before != wanted:
            record(by.actor, "user.changed", f"user:{user.id}", before=before, after=wanted)
