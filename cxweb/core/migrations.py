"""Brings the database to the product's version with Alembic."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text
from sqlalchemy.engine import make_url

from cxweb.core.db import db, dialect_name

FOLDER = Path(__file__).parent.parent.parent / "migrations"
# Any number, as long as every process takes the same.
POSTGRESQL_LOCK = 7_420_615


def upgrade() -> bool:
    """Run the migrations that are missing; whether there were any. Two processes at once: one runs them, the other waits."""
    _make_folder()
    with db.engine.connect() as connection, connection.begin():
        if dialect_name() == "postgresql":
            connection.execute(text(f"SELECT pg_advisory_xact_lock({POSTGRESQL_LOCK})"))
        if is_current(connection):
            return False
        config = _config()
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
        return True


def is_current(connection: Connection) -> bool:
    """Whether the database stands at the newest migration."""
    return MigrationContext.configure(connection).get_current_revision() == _head()


def _head() -> str | None:
    return ScriptDirectory.from_config(_config()).get_current_head()


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(FOLDER).replace("%", "%%"))
    return config


def _make_folder() -> None:
    url = make_url(str(db.engine.url))
    if url.get_backend_name() == "sqlite" and url.database:
        Path(url.database).parent.mkdir(parents=True, exist_ok=True)
