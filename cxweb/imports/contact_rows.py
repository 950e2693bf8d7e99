"""Reads a CSV of e-mail addresses and phone numbers, as our own export or any spreadsheet writes it."""

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass

EMAIL = frozenset({"e-mail", "email", "mail", "e-mail address", "adresse e-mail", "courriel"})
PHONE = frozenset({"phone", "phone number", "telephone", "téléphone", "tel", "tél", "mobile", "sms"})
DELIMITERS = (",", ";", "\t")
LONGEST = 5_000


class CannotReadContacts(Exception):
    """A file that is no list of contacts; `problem` is `encoding`, `columns` or `too_many`. Nothing was taken."""

    def __init__(self, problem: str) -> None:
        super().__init__(problem)
        self.problem = problem


@dataclass(frozen=True)
class ContactRow:
    """The contacts of a row as they stand there, and the line it begins at; `problem` where it cannot be read."""

    line: int
    texts: tuple[str, ...]
    problem: str = ""


def read_contacts(data: bytes) -> list[ContactRow]:
    """The rows that are not wholly empty. Raises CannotReadContacts."""
    text = _decoded(data)
    delimiter = max(DELIMITERS, key=text.partition("\n")[0].count)
    records = _records(text, delimiter)
    _line, header = next(records, (1, []))
    columns = [index for index, name in enumerate(header or []) if name.strip().lower() in EMAIL | PHONE]
    if not columns:
        raise CannotReadContacts("columns")
    rows = [_row(line, cells, columns) for line, cells in records if cells != []]
    if len(rows) > LONGEST:
        raise CannotReadContacts("too_many")
    return rows


def _decoded(data: bytes) -> str:
    if b"\x00" in data:
        # A workbook, or UTF-16: no text that this reads.
        raise CannotReadContacts("encoding")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        # As Excel writes it on a Western European machine; contacts themselves are ASCII.
        return data.decode("latin-1")


def _records(text: str, delimiter: str) -> Iterator[tuple[int, list[str] | None]]:
    """Each record with the line it begins at; None for one that cannot be read."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    while True:
        line = reader.line_num + 1
        try:
            yield line, next(reader)
        except StopIteration:
            return
        except csv.Error:
            yield line, None


def _row(line: int, cells: list[str] | None, columns: list[int]) -> ContactRow:
    if cells is None:
        return ContactRow(line, (), "unreadable")
    found = (cells[index].strip().removeprefix("'") for index in columns if index < len(cells))
    return ContactRow(line, tuple(text for text in found if text))
