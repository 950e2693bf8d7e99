"""Writes a book as an XLSX workbook, one row in memory at a time; text is text and nothing is ever a formula."""

import re
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

from xlsxwriter import Workbook
from xlsxwriter.exceptions import FileCreateError
from xlsxwriter.format import Format
from xlsxwriter.utility import xl_col_to_name
from xlsxwriter.worksheet import Worksheet

from cxweb.exports.sheets import Book, Row, Sheet

NUMBER_FORMATS = {
    "whole": "0",
    "one": "0.0",
    "two": "0.00",
    "day": "dd/mm/yyyy",
    "moment": "dd/mm/yyyy hh:mm",
    "text": "General",
}
# A cell takes 32,767 units of UTF-16, which so many characters never exceed.
LONGEST_TEXT = 16_383
# The longest value of a property.
LONGEST_FACT = 120
DAY_ZERO = date(1899, 12, 30)
# What XML reads as markup or cannot hold, and what Excel would read as the code of another character.
_ODD = re.compile(r"[&<>]|\r\n?|_(?=x[0-9A-Fa-f]{4}_)|[^\t\n\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_WRITTEN = {"&": "&amp;", "<": "&lt;", ">": "&gt;", "\r": "\n", "\r\n": "\n", "_": "_x005F_"}


@dataclass(frozen=True)
class Look:
    """The numbers of a column's styles, for its texts and for everything else."""

    text: int
    other: int


class LineSheet(Worksheet):  # type: ignore[misc]  # xlsxwriter ships no marker that it is typed
    """A sheet written line by line.

    The library's own write_string() is not used for two reasons. With one row in memory it takes a text that begins
    with <r> and ends with </r> for markup of its own, which any customer could write. And it takes four times as long.
    """

    lines = 0

    def write_line(self, values: Row, looks: Sequence[Look]) -> None:
        self.lines += 1
        number = self.lines
        cells = []
        for place, value in enumerate(values):
            if type(value) is str:
                text = written(value)
                start = f'<c r="{_letters(place)}{number}" s="{looks[place].text}" t="inlineStr">'
                cells.append(f'{start}<is><t xml:space="preserve">{text}</t></is></c>')
            elif value is not None:
                figure = serial(value) if isinstance(value, date) else value
                cells.append(f'<c r="{_letters(place)}{number}" s="{looks[place].other}"><v>{figure!r}</v></c>')
        self.row_data_fh.write(f'<row r="{number}">{"".join(cells)}</row>')

    def end(self, width: int) -> None:
        """Say how far the sheet reaches."""
        self.dim_rowmin, self.dim_rowmax, self.dim_colmin, self.dim_colmax = 0, self.lines - 1, 0, width - 1


_NAMES = tuple(xl_col_to_name(place) for place in range(64))
_letters = _NAMES.__getitem__


def write_xlsx(book: Book, path: Path) -> None:
    """Write the workbook; intermediate files stand in the file's own folder. Raises OSError, as of a full disk."""
    workbook = Workbook(str(path), {"constant_memory": True, "tmpdir": str(path.parent)})
    try:
        _describe(workbook, book)
        styles = _Styles(workbook)
        for sheet in book.sheets:
            _write_sheet(workbook.add_worksheet(sheet.title, LineSheet), sheet, styles)
        workbook.close()
    except FileCreateError as error:
        raise error.args[0] from None
    finally:
        for worksheet in workbook.worksheets():
            with suppress(OSError):
                worksheet._opt_close()


def _describe(workbook: Workbook, book: Book) -> None:
    facts = "\n".join(f"{name}: {value}" for name, value in book.facts.items())
    created = book.made_at.astimezone(UTC).replace(tzinfo=None)
    told = {"title": book.title, "author": book.author, "comments": facts, "created": created}
    workbook.set_properties({name: _clean(value) if isinstance(value, str) else value for name, value in told.items()})
    for name, value in book.facts.items():
        shown = _clean(value)
        workbook.set_custom_property(name, shown if len(shown) <= LONGEST_FACT else f"{shown[: LONGEST_FACT - 1]}…")


def _write_sheet(worksheet: LineSheet, sheet: Sheet, styles: "_Styles") -> None:
    for place, column in enumerate(sheet.columns):
        worksheet.set_column(place, place, column.width)
    worksheet.freeze_panes(2, 1)
    worksheet.set_landscape()
    worksheet.set_paper(9)
    worksheet.fit_to_pages(1, 0)
    worksheet.repeat_rows(0, 1)
    shows = [column.shows for column in sheet.columns]
    worksheet.write_line([column.title for column in sheet.columns], styles.of("title", shows))
    worksheet.write_line(sheet.totals, styles.of("total", shows))
    looks = styles.of("row", shows)
    for row in sheet.rows:
        worksheet.write_line(row, looks)
    worksheet.end(len(sheet.columns))


class _Styles:
    """The workbook's styles, each made once."""

    LOOKS: Mapping[str, Mapping[str, object]] = {
        "title": {"bold": True, "bottom": 1, "text_wrap": True},
        "total": {"bold": True, "bottom": 1},
        "row": {"text_wrap": True},
    }

    def __init__(self, workbook: Workbook) -> None:
        self.workbook = workbook
        self.made: dict[tuple[str, str, bool], Format] = {}

    def of(self, kind: str, shows: Sequence[str]) -> list[Look]:
        """A look for each column that shows its numbers so."""
        return [Look(self._number(kind, show, text=True), self._number(kind, show, text=False)) for show in shows]

    def _number(self, kind: str, show: str, *, text: bool) -> int:
        key = (kind, show, text)
        if key not in self.made:
            look = {"valign": "top", "num_format": "General" if text else NUMBER_FORMATS[show], **self.LOOKS[kind]}
            if text:
                # Whoever opens a cell for editing and leaves it again makes no formula of it.
                look["quote_prefix"] = True
                look["align"] = "left" if show == "text" else "right"
            self.made[key] = self.workbook.add_format(look)
        return int(self.made[key]._get_xf_index())


def written(text: str) -> str:
    """The text as the content of an XML element; a character that XML cannot hold becomes U+FFFD."""
    if len(text) > LONGEST_TEXT:
        text = f"{text[: LONGEST_TEXT - 1]}…"
    if _ODD.search(text) is None:
        return text
    return _ODD.sub(lambda found: _WRITTEN.get(found[0], "\ufffd"), text)


def _clean(text: str) -> str:
    """A property's text, which the library escapes itself."""
    return "".join(character if character.isprintable() or character == "\n" else "\ufffd" for character in text)


def serial(value: date) -> float:
    """A day or wall time as the days since the end of 1899, to the second."""
    if not isinstance(value, datetime):
        return (value - DAY_ZERO).days
    seconds = value.hour * 3_600 + value.minute * 60 + value.second
    return (value.date() - DAY_ZERO).days + seconds / 86_400
