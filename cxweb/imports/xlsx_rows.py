"""Reads a sheet of an XLSX workbook, one row at a time."""

import warnings
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime
from pathlib import Path
from typing import Any, BinaryIO
from zipfile import BadZipFile

from openpyxl import Workbook, load_workbook
from openpyxl.utils.exceptions import InvalidFileException

from cxweb.imports.refusals import CannotImport
from cxweb.imports.table import Cell, Row, Table

# What the XML and ZIP libraries raise at a damaged workbook.
BROKEN = (BadZipFile, zlib.error, KeyError, ValueError, EOFError, SyntaxError)


@contextmanager
def open_xlsx(path: Path, sheet_name: str = "", called: str = "") -> Iterator[Table]:
    """The table of a sheet, by default the first. Raises CannotImport for what is no workbook, or has no such sheet."""
    name = called or path.name
    with path.open("rb") as raw:
        try:
            book = _book(raw)
            sheet = book[sheet_name] if sheet_name in book.sheetnames else book.worksheets[0]
            # Some programs write a wrong extent, which would cut rows off.
            sheet.reset_dimensions()
            rows = _rows(sheet.iter_rows())
            first = next(rows, Row(1, []))
        except (*BROKEN, InvalidFileException, IndexError) as error:
            raise CannotImport(f"{name} is not a readable XLSX workbook.", "workbook") from error
        if sheet_name and sheet.title != sheet_name:
            sentence = f"{name} has no sheet {sheet_name}; it has {', '.join(book.sheetnames)[:300]}."
            raise CannotImport(sentence, "no_sheet", sheet_name)
        try:
            header = [str(cell).strip() for cell in first.cells]
            yield Table(header, (_fitted(row, len(header)) for row in rows), path.stat().st_size, raw.tell)
        finally:
            book.close()


def sheet_names(path: Path) -> list[str]:
    """The workbook's sheets that hold cells. Raises CannotImport for what is no workbook."""
    with path.open("rb") as raw:
        try:
            book = _book(raw)
        except (*BROKEN, InvalidFileException) as error:
            raise CannotImport("The file is not a readable XLSX workbook.", "workbook") from error
        names = [sheet.title for sheet in book.worksheets]
        book.close()
        return names


def _book(raw: BinaryIO) -> Workbook:
    with warnings.catch_warnings():
        # A workbook without styles is none the worse for it.
        warnings.simplefilter("ignore")
        return load_workbook(raw, read_only=True, data_only=True)


def _rows(sheet_rows: Iterator[tuple[Any, ...]]) -> Iterator[Row]:
    line = 0
    try:
        for line, cells in enumerate(sheet_rows, start=1):
            yield Row(line, [_cell(cell) for cell in cells])
    except BROKEN as error:
        raise CannotImport(f"The workbook is damaged after row {line}.", "cut_off", str(line)) from error


def _fitted(row: Row, width: int) -> Row:
    """A sheet leaves out empty cells at the end of a row."""
    beyond = row.cells[width:]
    if any(beyond):
        row.broken = f"the row has {len(row.cells)} cells and the header {width}"
    row.cells = row.cells[:width] + [""] * (width - len(row.cells))
    return row


def _cell(cell: Any) -> Cell:
    value = cell.value
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    if isinstance(value, datetime):
        return (
            value if "h" in (cell.number_format or "").lower() or value.time() != datetime.min.time() else value.date()
        )
    if isinstance(value, date):
        return value
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)
