"""A fresh, migrated database of either kind, as durable as in production."""

import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, closing, contextmanager
from pathlib import Path

import psycopg

from cxweb import ROOT


@contextmanager
def sqlite(folder: Path) -> Iterator[str]:
    yield f"sqlite:///{folder / 'cxweb.sqlite3'}"


@contextmanager
def postgresql(folder: Path) -> Iterator[str]:
    """A PostgreSQL server of its own, which waits for the disk at every commit."""
    # pgserver keeps its lock file there; where the variable is missing its library warns.
    os.environ.setdefault("XDG_RUNTIME_DIR", tempfile.mkdtemp(prefix="cxweb-pg-"))
    import pgserver  # noqa: PLC0415 - only runs on PostgreSQL pay for it

    server = pgserver.get_server(folder / "pg", cleanup_mode="stop")  # type: ignore[attr-defined]
    try:
        with closing(psycopg.connect(server.get_uri(), autocommit=True)) as connection:
            for name in ("fsync", "synchronous_commit", "full_page_writes"):
                assert connection.execute(f"SHOW {name}").fetchone() == ("on",), name
        yield server.get_uri().replace("postgresql://", "postgresql+psycopg://")
    finally:
        server.cleanup()


DATABASES: dict[str, Callable[[Path], AbstractContextManager[str]]] = {"sqlite": sqlite, "postgresql": postgresql}


def flask(environment: Mapping[str, str], *arguments: str) -> str:
    """Run a command of the product; the last line it prints."""
    done = subprocess.run(
        [sys.executable, "-m", "flask", *arguments],
        cwd=ROOT,
        env=dict(environment),
        check=True,
        capture_output=True,
        text=True,
    )
    return done.stdout.strip().rpartition("\n")[2]
