"""What every command does first: bring the database to this version."""

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

import click
from alembic.util import CommandError
from flask.cli import with_appcontext
from sqlalchemy.exc import DBAPIError

from cxweb.accounts.rules import Operator
from cxweb.core.migrations import upgrade

P = ParamSpec("P")
R = TypeVar("R")

# How the audit log and the histories name the operator at the terminal.
BY = Operator("command")


class NoDatabase(Exception):
    """The database cannot be used; the text says why in one sentence."""


def bring_up_to_date() -> bool:
    """Run the migrations that are missing; whether there were any. Raises NoDatabase."""
    try:
        return upgrade()
    except CommandError as error:
        # The only revision this version cannot know is one made after it.
        raise NoDatabase(
            "the database belongs to a newer version of cxweb: start that version, or restore a backup of this one."
        ) from error
    except DBAPIError as error:
        first_line = str(error.orig).splitlines()[0].rstrip(".")
        raise NoDatabase(f"the database cannot be used: {first_line}. See CXWEB_DATABASE_URL.") from error
    except OSError as error:
        raise NoDatabase(f"the database's folder cannot be made: {error.filename} ({error.strerror}).") from error


def sentence(error: NoDatabase) -> str:
    """The reason as a sentence of its own."""
    return str(error)[0].upper() + str(error)[1:]


def migrating(function: Callable[P, R]) -> Callable[P, R]:
    """Run the command in the application's context, on a database of this version."""

    @with_appcontext
    @wraps(function)
    def command(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            bring_up_to_date()
        except NoDatabase as error:
            raise click.ClickException(sentence(error)) from error
        return function(*args, **kwargs)

    return command
