"""The whole database as of one instant, out and in again, while others go on reading and writing."""

import errno
import shutil
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any
from zipfile import ZipFile

from sqlalchemy import Connection, MetaData, text

from cxweb.core import archive as archives
from cxweb.core.db import db, dialect_name
from cxweb.core.migrations import revision_of, upgrade_to

SQLITE_PART = "database.sqlite3"
VERSION_TABLE = "alembic_version"


class Damaged(Exception):
    """The database itself is damaged: a copy of it would be worth nothing."""


def add_snapshot(archive: ZipFile, file: Path) -> dict[str, Any]:
    """Add the database as of this instant; its kind, revision, and how many rows each table has.

    Raises Damaged, and OSError where there is no room. `file` is the archive's own, beside which a copy finds room.
    """
    return _add_sqlite(archive, file) if dialect_name() == "sqlite" else _add_postgresql(archive)


def restore_snapshot(archive: ZipFile, manifest: Mapping[str, Any], folder: Path) -> None:
    """Put the archive's database in the place of this one; what stood here is gone. Raises what archives raises."""
    if dialect_name() == "sqlite":
        _restore_sqlite(archive, folder)
    else:
        _restore_postgresql(archive, manifest)


def _add_sqlite(archive: ZipFile, file: Path) -> dict[str, Any]:
    with archives.beside(file) as copied:
        try:
            with _driver() as source, closing(sqlite3.connect(copied)) as copy:
                # In one step: it sees one state, and in WAL mode nobody waits for it.
                source.backup(copy)
                if copy.execute("PRAGMA integrity_check(1)").fetchone() != ("ok",):
                    raise Damaged
                tables = [name for (name,) in copy.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")]
                rows = {
                    name: copy.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0]  # noqa: S608 - its own tables
                    for name in sorted(tables)
                    if not name.startswith("sqlite_")
                }
                [revision] = copy.execute(f"SELECT version_num FROM {VERSION_TABLE}").fetchone()  # noqa: S608
        except sqlite3.OperationalError as error:
            raise OSError(*_room(error)) from error
        archives.add_file(archive, SQLITE_PART, copied)
    return {"database": "sqlite", "revision": revision, "rows": rows}


def _room(error: sqlite3.Error) -> tuple[int, str]:
    """What SQLite says of a full disk, as the system would."""
    full = "full" in str(error) or "disk I/O" in str(error)
    return (errno.ENOSPC, "full") if full else (errno.EIO, str(error))


@contextmanager
def _driver() -> Iterator[sqlite3.Connection]:
    connection = db.engine.raw_connection()
    try:
        driver = connection.driver_connection
        assert isinstance(driver, sqlite3.Connection)  # noqa: S101 - narrows the type
        yield driver
    finally:
        connection.close()


def _restore_sqlite(archive: ZipFile, folder: Path) -> None:
    with archives.beside(folder / "restored") as copied:
        archives.extract(archive, SQLITE_PART, copied)
        with closing(sqlite3.connect(copied)) as source, _driver() as target:
            if source.execute("PRAGMA integrity_check(1)").fetchone() != ("ok",):
                raise archives.Unreadable("The backup's database is damaged. Nothing was changed.")
            try:
                # In one transaction: whoever reads meanwhile sees the old state, then the new one.
                source.backup(target)
            except sqlite3.OperationalError as error:
                raise archives.CannotWrite(archives.sentence(OSError(*_room(error)))) from error


def _add_postgresql(archive: ZipFile) -> dict[str, Any]:
    with db.engine.connect().execution_options(isolation_level="REPEATABLE READ") as connection:
        # The first statement takes the snapshot that all tables are read from.
        connection.execute(text("SET TRANSACTION READ ONLY"))
        rows = {}
        for name, columns in _columns(connection).items():
            cursor: Any = connection.connection.cursor()
            with archive.open(f"{name}.copy", "w", force_zip64=True) as target:
                with cursor.copy(f"COPY {_named(name, columns)} TO STDOUT") as parts:
                    for part in parts:
                        target.write(part)
                rows[name] = cursor.rowcount
        facts = {"database": "postgresql", "revision": revision_of(connection), "rows": rows}
        return facts | {"columns": _columns(connection)}


def _columns(connection: Connection) -> dict[str, list[str]]:
    """The columns of each table, the tables in an order in which each refers only to earlier ones."""
    metadata = MetaData()
    metadata.reflect(connection)
    return {
        table.name: [column.name for column in table.columns]
        for table in metadata.sorted_tables
        if table.name != VERSION_TABLE
    }


def _named(table: str, columns: list[str]) -> str:
    names = ", ".join(f'"{column}"' for column in columns)
    return f'"{table}" ({names})'


def _restore_postgresql(archive: ZipFile, manifest: Mapping[str, Any]) -> None:
    with db.engine.connect() as connection, connection.begin():
        _drop_all(connection)
        upgrade_to(connection, manifest["revision"])
        columns: Mapping[str, list[str]] = manifest["columns"]
        # What the migrations put in by themselves is in the backup too.
        if columns:
            connection.exec_driver_sql(f"TRUNCATE {', '.join(_quoted(name) for name in columns)}")
        # JSON sorts the manifest's names; the order that references need is the database's own.
        for name in _columns(connection):
            cursor: Any = connection.connection.cursor()
            with (
                archive.open(f"{name}.copy") as source,
                cursor.copy(f"COPY {_named(name, columns[name])} FROM STDIN") as target,
            ):
                shutil.copyfileobj(source, target, archives.CHUNK)
            if "id" in columns[name]:
                _continue_ids(connection, name)


def _quoted(name: str) -> str:
    return f'"{name}"'


def _continue_ids(connection: Connection, table: str) -> None:
    sequence = connection.scalar(text("SELECT pg_get_serial_sequence(:t, 'id')"), {"t": _quoted(table)})
    if sequence:
        greatest = f"(SELECT max(id) FROM {_quoted(table)})"  # noqa: S608 - its own tables
        connection.exec_driver_sql(f"SELECT setval('{sequence}', coalesce({greatest}, 1), {greatest} IS NOT NULL)")


def _drop_all(connection: Connection) -> None:
    """Everything of this database's schema that migrations made: tables with what hangs on them, and functions."""
    metadata = MetaData()
    metadata.reflect(connection)
    if metadata.tables:
        connection.exec_driver_sql(f"DROP TABLE {', '.join(map(_quoted, metadata.tables))} CASCADE")
    functions = connection.scalars(
        text(
            "SELECT p.oid::regprocedure::text FROM pg_proc p"
            " WHERE p.pronamespace = current_schema()::regnamespace"
            " AND NOT EXISTS (SELECT 1 FROM pg_depend d WHERE d.objid = p.oid AND d.deptype = 'e')"
        )
    ).all()
    for function in functions:
        connection.exec_driver_sql(f"DROP FUNCTION {function} CASCADE")
