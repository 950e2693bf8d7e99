"""Reads a row as a rating of an order."""

from dataclasses import dataclass
from datetime import datetime

from cxweb.imports.cells import Cells
from cxweb.imports.mapping import Mapping
from cxweb.imports.refusals import RefusedRow, quoted
from cxweb.imports.table import Row
from cxweb.orders.rules import is_ref
from cxweb.ratings.rules import FIVE, LONGEST_COMMENT, browser_length, cleaned


@dataclass(frozen=True, slots=True)
class RatingRow:
    """What a row says."""

    line: int
    ref: str
    order_ref: str
    stars: int
    comment: str | None
    answered_at: datetime


class RatingReader:
    """Reads the rows of one file."""

    def __init__(self, mapping: Mapping, header: list[str], latest: datetime) -> None:
        """No rating may be answered after `latest`."""
        self._cells = Cells(header, mapping.columns)
        self._clock = mapping.clock
        self._latest = latest

    def ref(self, row: Row) -> str:
        """The ref as it stands in the file, for the report."""
        return self._cells.raw(row.cells, "ref")

    def where(self, row: Row, field: str) -> tuple[str, str]:
        """The column of a field in this row, and what stands there."""
        return self._cells.where(row.cells, field)

    def read(self, row: Row) -> RatingRow:
        """Raises RefusedRow with the reason. An answer from before the delivery is taken: customers do that."""
        if row.broken is not None:
            raise RefusedRow(row.broken)
        ref = self._cells.line(row.cells, "ref")
        if ref is None:
            raise RefusedRow("ref is missing", "missing", "ref")
        order_ref = str(self._cells.filled(row.cells, "order_ref")[0])
        if not order_ref:
            raise RefusedRow("order_ref is missing", "missing", "order_ref")
        if not is_ref(order_ref):
            raise RefusedRow(f"no order has the ref {quoted(order_ref)}", "unknown_order", "order_ref")
        stars = str(self._cells.filled(row.cells, "stars")[0])
        # Compared as text: int('५') succeeds in Python.
        if stars not in FIVE:
            reason = f"stars {quoted(stars)} are not a whole number from 1 to 5" if stars else "stars are missing"
            raise RefusedRow(reason, "bad_stars" if stars else "missing", "stars")
        return RatingRow(row.line, ref, order_ref, int(stars), self._comment(row), self._answered_at(row))

    def _comment(self, row: Row) -> str | None:
        if "comment" not in self._cells:
            return None
        text = cleaned("\n".join(self._cells.every(row.cells, "comment")))
        if browser_length(text) > LONGEST_COMMENT:
            raise RefusedRow(f"comment is longer than {LONGEST_COMMENT} characters", "too_long", "comment")
        return text or None

    def _answered_at(self, row: Row) -> datetime:
        at, _ = self._cells.instant(row.cells, "answered_at", self._clock)
        if at is None:
            raise RefusedRow("answered_at is missing", "missing", "answered_at")
        if at > self._latest:
            raise RefusedRow(f"answered_at {at:%Y-%m-%d %H:%M:%S} UTC lies in the future", "future", "answered_at")
        return at
