"""One state of the database for many reads, whatever is written meanwhile."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.orm import Session

from cxweb.core.db import db, dialect_name, frozen

BEGIN = {"sqlite": "BEGIN", "postgresql": "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"}


@contextmanager
def snapshot() -> Iterator[None]:
    """Let every query inside see the database as the first of them saw it. Transactions may be opened inside: they
    have a connection of their own, and what they write is not seen."""
    with db.engines["read"].connect() as connection:
        # The engine commits each statement by itself, so the transaction is opened and ended in words.
        connection.exec_driver_sql(BEGIN[dialect_name()])
        with Session(connection, autoflush=False) as opened:
            token = frozen.set(opened)
            try:
                yield
            finally:
                frozen.reset(token)
                connection.exec_driver_sql("ROLLBACK")
