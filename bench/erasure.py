"""Erase one of many customers: nothing of the person is found anywhere, every figure is what it was (P21).

A product with many customers, each with an order, a message in the mailbox, a rating in two versions and an opt-out, is
built through its own tables; one of them is erased by the command. Then every place is searched for each of the
person's texts: each row of each table, the database's files as bytes, the other files of the data folder (queue, logs,
exports), and on PostgreSQL the server's own files after VACUUM FULL of the tables the command names.
"""

import argparse
import subprocess
import sys
import time
from collections.abc import Collection, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy import MetaData, select, text

from bench._people import Person, fill, person
from bench._product import close_database, folder, postgresql, product, settings_in
from cxweb.accounts.rules import Perimeter
from cxweb.analytics.filters import ReportFilter
from cxweb.analytics.queries import feedback, funnel
from cxweb.core.db import db
from tests.faults.running import Running

CUSTOMERS = 10_000
COMMAND = Path(sys.executable).parent / "flask"


@dataclass
class Found:
    """Where texts of the erased person still stand, and how the figures moved."""

    customers: int
    took_s: float
    searched: int = 0
    traces: list[str] = field(default_factory=list)
    others_missing: int = 0
    figures_changed: bool = False

    @property
    def good(self) -> bool:
        return not self.traces and not self.others_missing and not self.figures_changed


def run(data: Path, customers: int, url: str = "") -> Found:
    """Fill a product in the folder, start it, erase one person with the command while it runs, and search."""
    settings = settings_in(data, url)
    app = product(settings)
    gone, kept = person(customers // 2), person(customers // 2 + 1)
    with app.app_context():
        fill(customers)
        before = figures()
        assert {wanted for wanted, _ in _pairs(in_rows(gone.texts))} == set(gone.texts), "they must have been there"
        close_database()
    started = Running(data, CXWEB_DATABASE_URL=settings.database_url, CXWEB_DEMO="0", CXWEB_LOG="json").start()
    try:
        started.first_page()
        began = time.monotonic()
        erase(gone, {**started.env, "FLASK_APP": "app"})
        found = Found(customers, time.monotonic() - began)
        with app.app_context():
            found.figures_changed = figures() != before
            found.traces += in_rows(gone.texts)
            found.others_missing = len(kept.texts) - len({wanted for wanted, _ in _pairs(in_rows(kept.texts))})
            server = data_directory()
            close_database()
    finally:
        said = started.text()
        started.stop()
        started.kill_all()
    found.traces += [f"{wanted} in what it logged" for wanted in gone.texts if wanted in said]
    # The server's own log of changes holds them until it is written over; docs/privacy.md says so.
    files = [file for folder in (data, *server) for file in folder.rglob("*") if "pg_wal" not in file.parts]
    seen: set[str] = set()
    for file in (file for file in files if file.is_file()):
        found.searched += 1
        found.traces += in_bytes(file, gone.texts)
        seen |= {wanted for wanted, _ in _pairs(in_bytes(file, kept.texts))}
    assert seen == set(kept.texts), "whoever was not erased must be found in the same files"
    return found


def data_directory() -> list[Path]:
    """Where PostgreSQL keeps its pages, all of them on the disk; nothing for SQLite."""
    if db.engine.dialect.name == "sqlite":
        return []
    with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("CHECKPOINT"))
        return [Path(str(connection.scalar(text("SHOW data_directory"))))]


def erase(gone: Person, env: Mapping[str, str]) -> None:
    command = [str(COMMAND), "erase-customer", gone.ref, "--rewrite"]
    done = subprocess.run(command, env=dict(env), capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == 0, done.stdout + done.stderr
    assert not [text for text in gone.texts if text in done.stdout + done.stderr and text != gone.ref]


def figures() -> object:
    return (feedback(ReportFilter(), Perimeter()), funnel(ReportFilter(), Perimeter()))


def in_rows(texts: Collection[str]) -> list[str]:
    """`text in table.column`, for every text found in any column of any row."""
    found = []
    with db.engine.connect() as connection:
        metadata = MetaData()
        metadata.reflect(connection)
        for table in metadata.sorted_tables:
            for row in connection.execute(select(table)):
                for name, value in row._mapping.items():
                    # A picture is searched as it is stored.
                    held = value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)
                    found += [f"{wanted} in {table.name}.{name}" for wanted in texts if wanted in held]
    return found


def in_bytes(file: Path, texts: Collection[str]) -> list[str]:
    content = file.read_bytes()
    return [f"{wanted} in {file.name}" for wanted in texts if wanted.encode() in content]


def _pairs(found: Collection[str]) -> Iterator[tuple[str, str]]:
    for line in found:
        wanted, _, place = line.rpartition(" in ")
        yield wanted, place


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--customers", type=int, default=CUSTOMERS)
    parser.add_argument("--database", choices=("sqlite", "postgresql"), action="append")
    arguments = parser.parse_args()
    good = True
    for database in arguments.database or ("sqlite", "postgresql"):
        with ExitStack() as stack:
            data = stack.enter_context(folder())
            url = stack.enter_context(postgresql()) if database == "postgresql" else ""
            found = run(data, arguments.customers, url)
        print(
            f"{database}: one of {found.customers} customers erased in {found.took_s:.1f} s; "
            f"traces {len(found.traces)} in all rows and {found.searched} files, "
            f"figures {'changed' if found.figures_changed else 'unchanged'}, others untouched"
        )
        print(*found.traces[:10], sep="\n")
        good = good and found.good
    sys.exit(0 if good else 1)


if __name__ == "__main__":
    main()
