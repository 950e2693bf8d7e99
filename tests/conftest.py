"""What every test may ask for: an application on a fresh database and a client that checks pages."""

import gc
import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import psycopg
import pytest
from flask import Flask
from sqlalchemy import event, text

from cxweb import create_app
from cxweb.core.db import Base, close_own_connection, db
from cxweb.core.migrations import upgrade
from cxweb.settings import Settings
from tests.factories import Factory
from tests.page import Client

pytest_plugins = (
    "tests.economy",
    "tests.servers",
    "tests.certificate",
    "tests.mail_script",
    "tests.smpp_server",
    "tests.twilio_server",
    "tests.webhook_server",
    "tests.optimoroute_server",
    "tests.openid_provider",
)
DATABASE = os.environ.get("CXWEB_TEST_DATABASE", "sqlite")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """On PostgreSQL, leave out what asks for no database: it has run on SQLite and would say the same again."""
    if DATABASE == "postgresql":
        left_out = [item for item in items if "database_url" not in getattr(item, "fixturenames", ())]
        config.hook.pytest_deselected(items=left_out)
        items[:] = [item for item in items if item not in left_out]


def pytest_collection_finish() -> None:
    """What is loaded by now stays: it need not be looked through for garbage again and again."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(10_000, 10, 10)


def settings_for(folder: Path, url: str) -> Settings:
    """Settings of a test installation: nothing listens at its Redis address."""
    return Settings(
        data_dir=folder,
        database_url=url,
        redis_url=f"unix://{folder}/no-valkey.sock",
        redis_embedded=True,
        secret_key="only-for-tests",
        base_url="http://localhost",
    )


@pytest.fixture(scope="session")
def postgresql_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A real PostgreSQL server of this test process, with a migrated database that the tests empty."""
    # pgserver keeps its lock file there; where the variable is missing its library warns.
    os.environ.setdefault("XDG_RUNTIME_DIR", tempfile.mkdtemp(prefix="cxweb-pg-"))
    import pgserver  # noqa: PLC0415 - only runs on PostgreSQL pay for it

    folder = tmp_path_factory.mktemp("pg")
    server = pgserver.get_server(folder, cleanup_mode="stop")  # type: ignore[attr-defined]
    # It is a daemon: whoever kills the tests must not leave it behind, so it ends when this process is gone.
    until_gone = ["sh", "-c", 'read _ || kill -QUIT "$0"', str(server.get_pid())]
    guard = subprocess.Popen(until_gone, stdin=subprocess.PIPE, start_new_session=True)
    # The tests ask what a transaction sees, not what survives a power cut; waiting for the disk is most of their time.
    with closing(psycopg.connect(server.get_uri(), autocommit=True)) as connection:
        connection.execute("ALTER SYSTEM SET fsync = off")
        connection.execute("ALTER SYSTEM SET full_page_writes = off")
        connection.execute("ALTER SYSTEM SET synchronous_commit = off")
        connection.execute("SELECT pg_reload_conf()")
    url = server.get_uri().replace("postgresql://", "postgresql+psycopg://")
    app = create_app(settings_for(folder, url))
    with app.app_context():
        upgrade()
    dispose(app)
    yield url
    server.cleanup()
    guard.communicate(b"ended\n")


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated, empty SQLite database that each test copies."""
    folder = tmp_path_factory.mktemp("template")
    file = folder / "cxweb.sqlite3"
    app = create_app(settings_for(folder, f"sqlite:///{file}"))
    with app.app_context():
        upgrade()
        with db.engine.connect() as connection:
            connection.execute(text("SELECT 1"))
        dispose(app)
    return file


@pytest.fixture
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """An empty, migrated database of the run's kind; tests marked `postgresql` always get PostgreSQL."""
    if DATABASE == "postgresql" or request.node.get_closest_marker("postgresql"):
        return str(request.getfixturevalue("postgresql_url"))
    file = tmp_path / "cxweb.sqlite3"
    shutil.copy(request.getfixturevalue("sqlite_template"), file)
    return f"sqlite:///{file}"


@pytest.fixture
def app(database_url: str, tmp_path: Path, share_compiled_statements: Callable[[], None]) -> Iterator[Flask]:
    """The application inside its context, on an empty database."""
    application = create_app(settings_for(tmp_path, database_url))
    application.testing = True
    with application.app_context():
        try:
            wait_for_no_disk()
            share_compiled_statements()
            yield application
            db.session.remove()
            close_own_connection()
            if database_url.startswith("postgresql"):
                empty_tables()
        finally:
            dispose(application)


def wait_for_no_disk() -> None:
    """Let SQLite not wait for the disk either: what survives a power cut is asked of real processes."""
    if db.engine.dialect.name == "sqlite":
        event.listen(db.engine, "connect", lambda connection, _: connection.execute("PRAGMA synchronous=OFF"))


EMPTIED = """
DO $$ DECLARE named text; BEGIN
  SET LOCAL session_replication_role = replica;
  FOREACH named IN ARRAY ARRAY[{tables}] LOOP EXECUTE format('DELETE FROM %I', named); END LOOP;
  PERFORM setval(format('%I', sequencename)::regclass, 1, false) FROM pg_sequences WHERE last_value IS NOT NULL;
END $$
"""


def empty_tables() -> None:
    """Empty every table of a PostgreSQL database that the next test shares.

    By deleting: TRUNCATE makes each table and index anew, and waits for whoever still reads one of them.
    """
    tables = ", ".join(f"'{table.name}'" for table in Base.metadata.sorted_tables)
    with db.engine.begin() as connection:
        connection.exec_driver_sql(EMPTIED.format(tables=tables).replace("%", "%%"))


def dispose(app: Flask) -> None:
    """Close every connection, so that no test leaves one behind."""
    with app.app_context():
        db.session.remove()
        close_own_connection()
        for engine in db.engines.values():
            engine.dispose()


@pytest.fixture
def make(app: Flask) -> Factory:
    """Makes rows in few words."""
    return Factory()


@pytest.fixture
def client(app: Flask) -> Client:
    """A browser without JavaScript that checks every page it gets."""
    return Client(app)
