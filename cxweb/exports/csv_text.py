"""Writes rows as CSV that a spreadsheet opens as plain text."""

import csv
import io
from collections.abc import Iterable, Sequence

# Excel takes a file for UTF-8 only where it begins with this mark.
MARK = "\ufeff"
# A cell that begins so is a formula, or opens one in some spreadsheet.
STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def plain_cell(text: str) -> str:
    """The text so that no spreadsheet computes it: an apostrophe before whatever could begin a formula."""
    return f"'{text}" if text.lstrip(" \u00a0").startswith(STARTS) else text


def csv_text(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """The whole file, its lines ended as CSV's are."""
    return MARK + csv_lines([header]) + csv_lines(rows)


def csv_lines(rows: Iterable[Sequence[str]]) -> str:
    """Rows as they follow one another in such a file."""
    file = io.StringIO(newline="")
    csv.writer(file).writerows([plain_cell(cell) for cell in row] for row in rows)
    return file.getvalue()
