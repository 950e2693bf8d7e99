"""Takes what was deleted out of the database's files, and looks whether anything of it is left there."""

import mmap
import sqlite3
import time
from collections.abc import Collection
from pathlib import Path
from typing import Any

from sqlalchemy.engine import make_url

from cxweb.core.db import db, dialect_name

# For how long readers are waited for that still see the state before.
PATIENCE_S, ASK_EVERY_S = 5.0, 0.05


def scrub(texts: Collection[str], tables: Collection[str] = (), *, rewrite: bool = False) -> bool:
    """Whether nothing of these texts is left in the files of an SQLite database, which is rewritten where it must be.

    PostgreSQL takes deleted rows out by itself in time; with `rewrite` the tables named are rewritten at once, and
    nobody reads or writes one meanwhile. What is left there cannot be told, so that is True only after a rewriting.
    """
    if dialect_name() == "postgresql":
        return rewrite and _rewrite(tables)
    wanted = [text.encode() for text in texts if text]
    emptied = _checkpoint()
    if emptied and not _found(wanted):
        return True
    # What an earlier version of SQLite's pages still holds goes with the pages.
    _run("VACUUM")
    return _checkpoint() and not _found(wanted)


def empty_log() -> bool:
    """Take what was deleted out of SQLite's write-ahead log; whether that was possible. Elsewhere it is done."""
    return dialect_name() == "postgresql" or _checkpoint()


def _rewrite(tables: Collection[str]) -> bool:
    with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        quote = connection.dialect.identifier_preparer.quote
        for name in sorted(tables):
            connection.exec_driver_sql(f"VACUUM FULL {quote(name)}")
    return True


def _checkpoint() -> bool:
    """Bring everything from the write-ahead log into the database and empty it; whether that was possible."""
    until = time.monotonic() + PATIENCE_S
    while True:
        rows = _run("PRAGMA wal_checkpoint(TRUNCATE)")
        if rows and rows[0][0] == 0:
            return True
        if time.monotonic() > until:
            return False
        time.sleep(ASK_EVERY_S)


def _run(statement: str) -> list[Any]:
    connection = db.engine.raw_connection()
    try:
        driver = connection.driver_connection
        assert isinstance(driver, sqlite3.Connection)  # noqa: S101 - narrows the type
        return driver.execute(statement).fetchall()
    finally:
        connection.close()


def _found(wanted: Collection[bytes]) -> bool:
    database = make_url(str(db.engine.url)).database or ""
    return any(_holds(Path(f"{database}{suffix}"), wanted) for suffix in ("", "-wal"))


def _holds(file: Path, wanted: Collection[bytes]) -> bool:
    if not file.exists() or file.stat().st_size == 0:
        return False
    with file.open("rb") as stream, mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ) as content:
        return any(content.find(text) >= 0 for text in wanted)
