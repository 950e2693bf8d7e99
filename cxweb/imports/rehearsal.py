"""What a dry run would have stored, kept in a temporary file so that memory stays flat however long the run."""

import pickle
import sqlite3
from collections.abc import Iterable
from typing import Generic, TypeVar

T = TypeVar("T")


class Rehearsal(Generic[T]):
    """Values by ref; the last one told is the one recalled."""

    def __init__(self) -> None:
        self._file = sqlite3.connect("", isolation_level=None)
        self._file.execute("CREATE TABLE told (ref TEXT PRIMARY KEY, value BLOB) WITHOUT ROWID")

    def tell(self, values: Iterable[tuple[str, T]]) -> None:
        self._file.execute("BEGIN")
        pickled = ((ref, pickle.dumps(value, pickle.HIGHEST_PROTOCOL)) for ref, value in values)
        self._file.executemany("INSERT OR REPLACE INTO told VALUES (?, ?)", pickled)
        self._file.execute("COMMIT")

    def recall(self, refs: Iterable[str]) -> dict[str, T]:
        """What was told of these refs."""
        found = {}
        for ref in refs:
            row = self._file.execute("SELECT value FROM told WHERE ref = ?", (ref,)).fetchone()
            if row is not None:
                found[ref] = pickle.loads(row[0])  # noqa: S301 - only this process has written into its own file
        return found

    def close(self) -> None:
        self._file.close()
