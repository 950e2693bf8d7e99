"""Runs an action again whose transaction another one came in between: what it does is then as if it had begun later."""

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

from sqlalchemy import func, select
from sqlalchemy.exc import OperationalError

from cxweb.core.db import dialect_name, session

Asked = ParamSpec("Asked")
Given = TypeVar("Given")

ATTEMPTS = 5
# What PostgreSQL says to the one of two it chose, where each waited for the other.
BROKEN_OFF = frozenset({"40P01", "40001"})
_MANY = 5_190_107


def again(*overtaken: type[Exception]) -> Callable[[Callable[Asked, Given]], Callable[Asked, Given]]:
    """An action that is run anew where the database broke its one transaction off for another's sake, or one of these
    exceptions says that another was quicker. After ATTEMPTS the exception is raised."""

    def decorated(action: Callable[Asked, Given]) -> Callable[Asked, Given]:
        @wraps(action)
        def run(*args: Asked.args, **kwargs: Asked.kwargs) -> Given:
            for _ in range(ATTEMPTS - 1):
                try:
                    return action(*args, **kwargs)
                except overtaken:
                    continue
                except OperationalError as error:
                    if getattr(error.orig, "sqlstate", None) not in BROKEN_OFF:
                        raise
            return action(*args, **kwargs)

        return run

    return decorated


def wait_for_turn_of_many() -> None:
    """Called first in a transaction that writes hundreds of orders: until its end no other such one runs.

    Two of them that met in their rows would wait for each other, be broken off, and hardly come further. On SQLite
    whoever writes is alone as it is.
    """
    if dialect_name() == "postgresql":
        session().execute(select(func.pg_advisory_xact_lock(_MANY)))
