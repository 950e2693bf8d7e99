"""Writes rows as CSV that a spreadsheet opens as plain text."""

import csv
import io
import re
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path

from cxweb.exports.sheets import Cell, Row, Sheet

# Excel takes a file for UTF-8 only where it begins with this mark.
MARK = "\ufeff"
# A cell that begins so is a formula, or opens one in some spreadsheet.
STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
# Where a cell could begin inside a text, if a spreadsheet splits the file at another separator than the comma: behind
# a semicolon, a tab or a line break.
_INNER_START = re.compile(r"([;\t\r\n])(?=[ \u00a0\"]*[=+\-@＝＋－＠])")
# A file is read as text: what it cannot hold is shown as missing.
_UNREADABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff]")
TWO_DECIMALS = Decimal("0.01")


def plain_cell(text: str) -> str:
    """The text so that no spreadsheet computes it: an apostrophe before whatever could begin a formula."""
    text = _INNER_START.sub(r"\1'", text)
    return f"'{text}" if text.lstrip(" \u00a0").startswith(STARTS) else text


def csv_text(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """The whole file, its lines ended as CSV's are."""
    return MARK + csv_lines([header]) + csv_lines(rows)


def csv_lines(rows: Iterable[Sequence[str]]) -> str:
    """Rows as they follow one another in such a file."""
    file = io.StringIO(newline="")
    csv.writer(file).writerows([plain_cell(cell) for cell in row] for row in rows)
    return file.getvalue()


def write_csv(sheet: Sheet, path: Path) -> None:
    """Write one sheet, row by row. Raises OSError, as where a disk is full.

    Every text is quoted, numbers have a point and two decimals at the most, days and wall times are ISO 8601.
    """
    with path.open("w", encoding="utf-8", newline="") as file:
        file.write(MARK)
        writer = csv.writer(file, quoting=csv.QUOTE_NONNUMERIC)
        writer.writerow([plain_cell(column.title) for column in sheet.columns])
        writer.writerow(_line(sheet.totals))
        for row in sheet.rows:
            writer.writerow(_line(row))


def _line(row: Row) -> list[str | int | Decimal]:
    return [_cell(value) for value in row]


def _cell(value: Cell) -> str | int | Decimal:
    match value:
        case None:
            return ""
        case str():
            return plain_cell(_UNREADABLE.sub("\ufffd", value))
        case datetime():
            return value.isoformat(sep=" ", timespec="seconds")
        case date():
            return value.isoformat()
        case float():
            # Half up, as everywhere; a whole number stays one.
            rounded = Decimal(str(value)).quantize(TWO_DECIMALS, ROUND_HALF_UP)
            return rounded if rounded else abs(rounded)
        case _:
            return value
