"""Brings the database to the product's version with Alembic."""

import logging
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import Column, Connection, text
from sqlalchemy.engine import make_url

from cxweb.core.db import db, dialect_name

if TYPE_CHECKING:
    from alembic.config import Config

FOLDER = Path(__file__).parent.parent.parent / "migrations"
# Any number, as long as every process takes the same.
POSTGRESQL_LOCK = 7_420_615

# It tells of every plugin it sets up, also in front of what a command prints.
logging.getLogger("alembic").setLevel(logging.WARNING)


def upgrade() -> bool:
    """Run the migrations that are missing; whether there were any. Of two processes at once, one runs them."""
    _make_folder()
    with db.engine.connect() as connection, _tables_may_go(connection), connection.begin():
        if dialect_name() == "postgresql":
            connection.execute(text(f"SELECT pg_advisory_xact_lock({POSTGRESQL_LOCK})"))
        if is_current(connection):
            return False
        upgrade_to(connection, "head")
        _check_links(connection)
        return True


@contextmanager
def _tables_may_go(connection: Connection) -> Iterator[None]:
    """SQLite drops no column that leads to another table, so that table is made anew; and where foreign keys hold, the
    old one takes the rows of others with it. They can be let go of before a transaction only, and no row gets lost."""
    if dialect_name() != "sqlite":
        yield
        return
    raw: sqlite3.Connection = connection.connection.driver_connection  # type: ignore[assignment]
    raw.execute("PRAGMA foreign_keys=OFF")
    try:
        yield
    finally:
        raw.execute("PRAGMA foreign_keys=ON")


def _check_links(connection: Connection) -> None:
    if dialect_name() == "sqlite":
        loose = connection.exec_driver_sql("PRAGMA foreign_key_check").first()
        if loose is not None:
            raise RuntimeError(f"The migration would leave a row of {loose[0]} without what it belongs to.")


def upgrade_to(connection: Connection, revision: str) -> None:
    """Run the migrations up to that revision in the connection's transaction."""
    # Alembic is loaded where it is used: a serving process starts an eighth of a second sooner without it.
    from alembic import command  # noqa: PLC0415

    config = _config()
    config.attributes["connection"] = connection
    command.upgrade(config, revision)


def is_current(connection: Connection) -> bool:
    """Whether the database stands at the newest migration."""
    return revision_of(connection) == _head()


def revision_of(connection: Connection) -> str | None:
    """The migration that the database stands at, None before the first."""
    from alembic.runtime.migration import MigrationContext  # noqa: PLC0415 - as above

    return MigrationContext.configure(connection).get_current_revision()


def knows(revision: str) -> bool:
    """Whether this version has that migration: a database at another one is of a newer version."""
    from alembic.script import ScriptDirectory  # noqa: PLC0415 - as above

    return any(script.revision == revision for script in ScriptDirectory.from_config(_config()).walk_revisions())


def _head() -> str | None:
    from alembic.script import ScriptDirectory  # noqa: PLC0415 - as above

    return ScriptDirectory.from_config(_config()).get_current_head()


def _config() -> "Config":
    from alembic.config import Config  # noqa: PLC0415 - as above

    config = Config()
    config.set_main_option("script_location", str(FOLDER).replace("%", "%%"))
    return config


def _make_folder() -> None:
    url = make_url(str(db.engine.url))
    if url.get_backend_name() == "sqlite" and url.database:
        Path(url.database).parent.mkdir(parents=True, exist_ok=True)


def add_column(table: str, column: "Column[Any]", constraint: str = "", default: str = "") -> None:
    """Add a column, with an inline constraint and SQL default if any; for the migrations.

    Alembic's batch mode would rebuild a SQLite table for a constraint, and dropping the old table deletes every row
    of others that would go with its rows.
    """
    from alembic import op  # noqa: PLC0415 - as above

    connection = op.get_bind()
    quote = connection.dialect.identifier_preparer.quote
    kind = column.type.compile(connection.dialect)
    null = "" if column.nullable else " NOT NULL"
    value = f" DEFAULT {default}" if default else ""
    op.execute(text(f"ALTER TABLE {quote(table)} ADD COLUMN {quote(column.name)} {kind}{null}{value} {constraint}"))
