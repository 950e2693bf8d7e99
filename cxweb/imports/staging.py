"""Ratings of a file set out in a temporary file, so that all ratings of an order are seen together."""

import sqlite3
from collections.abc import Iterable, Iterator
from datetime import datetime
from itertools import groupby

from cxweb.imports.rating_rows import RatingRow
from cxweb.imports.refusals import Refusal

_TABLES = (
    "CREATE TABLE rating (line INTEGER, ref TEXT, order_ref TEXT, stars INTEGER, comment TEXT, answered_at TEXT)",
    "CREATE TABLE refusal (line INTEGER, ref TEXT, reason TEXT, problem TEXT, place TEXT, value TEXT)",
)
# The rating that counts comes first in its order; the orders come as the file first names them.
_BY_ORDER = """
    SELECT line, ref, order_ref, stars, comment, answered_at FROM rating
    ORDER BY min(line) OVER (PARTITION BY order_ref), answered_at DESC, ref DESC, line DESC
"""


class Staging:
    """The ratings and the refused rows of one run."""

    def __init__(self) -> None:
        self._file = sqlite3.connect("", isolation_level=None)
        for table in _TABLES:
            self._file.execute(table)
        # One transaction for good: the file goes with the process.
        self._file.execute("BEGIN")

    def add(self, rows: Iterable[RatingRow]) -> None:
        # Instants in UTC, written the same way, sort as texts.
        values = ((r.line, r.ref, r.order_ref, r.stars, r.comment, r.answered_at.isoformat()) for r in rows)
        self._file.executemany("INSERT INTO rating VALUES (?, ?, ?, ?, ?, ?)", values)

    def refuse(self, refusals: Iterable[Refusal]) -> None:
        self._file.executemany("INSERT INTO refusal VALUES (?, ?, ?, ?, ?, ?)", refusals)

    def __len__(self) -> int:
        return int(self._file.execute("SELECT count(*) FROM rating").fetchone()[0])

    def orders(self) -> Iterator[list[RatingRow]]:
        """The ratings of each order, the one that counts first."""
        found = self._file.execute(_BY_ORDER)
        rows = (
            RatingRow(line, ref, order_ref, stars, comment, datetime.fromisoformat(at))
            for line, ref, order_ref, stars, comment, at in found
        )
        for _, ratings in groupby(rows, key=lambda row: row.order_ref):
            yield list(ratings)

    def refusals(self) -> Iterator[Refusal]:
        """What was refused, by line."""
        rows = self._file.execute("SELECT line, ref, reason, problem, place, value FROM refusal ORDER BY line")
        yield from (Refusal(*row) for row in rows)

    def close(self) -> None:
        self._file.close()
