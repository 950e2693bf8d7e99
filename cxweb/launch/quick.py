"""A quick look with the standard library alone: may serving begin before the product itself is loaded?"""

import re
import sqlite3
from contextlib import closing
from pathlib import Path
from urllib.parse import quote

REVISION = re.compile(r"^(down_)?revision = ['\"](\w+)['\"]", re.MULTILINE)


def is_ready(database_url: str, migrations: Path, *, demo: bool) -> bool:
    """Whether an SQLite database stands at the newest migration, with an account and, for the demo, an order.

    False says only that nobody knows yet: then the database is prepared first.
    """
    if not database_url.startswith("sqlite:///"):
        return False
    file = quote(database_url.removeprefix("sqlite:///"))
    try:
        with closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True, timeout=1)) as connection:
            versions = connection.execute("SELECT version_num FROM alembic_version").fetchall()
            account = connection.execute("SELECT 1 FROM user_account LIMIT 1").fetchone()
            order = connection.execute('SELECT 1 FROM "order" LIMIT 1').fetchone()
    except sqlite3.Error:
        return False
    return versions == [(_newest(migrations),)] and account is not None and (order is not None or not demo)


def _newest(migrations: Path) -> str | None:
    """The one revision that no other follows."""
    made: set[str] = set()
    followed: set[str] = set()
    for file in migrations.glob("*.py"):
        for follows, revision in REVISION.findall(file.read_text(encoding="utf-8")):
            (followed if follows else made).add(revision)
    newest = made - followed
    return newest.pop() if len(newest) == 1 else None
