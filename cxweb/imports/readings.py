"""The plausible ways to read a file, each with its first lines, for a person to choose from: nothing is guessed."""

import codecs
import csv
import gzip
import zlib
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import BinaryIO, cast

from cxweb.imports.refusals import CannotImport
from cxweb.imports.xlsx_rows import open_xlsx, sheet_names

# Western Europe's, in the order of how often a spreadsheet writes them; the DOS and Mac ones come from old programs.
SINGLE_BYTE = ("cp1252", "iso8859_15", "cp850", "mac_roman", "cp1250")
ENCODINGS = ("utf-8", "utf-8-sig", "utf-16", *SINGLE_BYTE, "cp1251", "cp1253", "cp1254", "iso8859_1", "iso8859_2")
DELIMITERS = (",", ";", "\t", "|")
MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
HEAD, SEARCHED = 1 << 18, 1 << 23
LINES, ODD_LINES, MOST_SHEETS = 4, 3, 20
# From which share of records with as many fields as the header a delimiter is plausible.
EVEN = 0.8


@dataclass(frozen=True)
class Reading:
    """A way to read the file, and what it makes of the first lines and of those with accents."""

    encoding: str
    delimiter: str
    sheet: str
    lines: list[list[str]]
    odd: list[list[str]]


def readings(path: Path) -> list[Reading]:
    """The plausible readings, the likeliest first. Raises CannotImport where the file is not what its name says."""
    if path.name.endswith(".xlsx"):
        return [_sheet(path, name) for name in sheet_names(path)[:MOST_SHEETS]]
    head, odd = _bytes(path)
    if not head.strip():
        raise CannotImport("The file is empty.", "empty")
    found = []
    for encoding, text, odd_text in _decoded(head, odd):
        for delimiter in _delimiters(text):
            found.append(_reading(encoding, delimiter, text, odd_text))
    return found


def _reading(encoding: str, delimiter: str, text: str, odd_text: str) -> Reading:
    lines = _records(text, delimiter, LINES)
    odd = [line for line in _records(odd_text, delimiter, ODD_LINES) if line not in lines]
    return Reading(encoding, delimiter, "", lines, odd)


def _sheet(path: Path, name: str) -> Reading:
    with open_xlsx(path, name) as table:
        rows = [[str(cell) for cell in row.cells] for row in islice(table.rows, LINES - 1)]
        return Reading("utf-8", ",", name, [table.header, *rows], [])


def _bytes(path: Path) -> tuple[bytes, bytes]:
    """The file's beginning up to a line's end, and some lines further on that hold more than plain letters."""
    with path.open("rb") as raw:
        stream = cast(BinaryIO, gzip.GzipFile(fileobj=raw)) if path.name.endswith(".gz") else raw
        try:
            head = stream.read(HEAD)
            beyond = b"" if len(head) < HEAD else head[head.rfind(b"\n") + 1 :] + stream.read(SEARCHED)
        except (OSError, EOFError, zlib.error) as error:
            raise CannotImport(f"The file cannot be read to its end: {error}.", "broken") from error
    head = head if len(head) < HEAD or b"\n" not in head else head[: head.rfind(b"\n") + 1]
    odd = [line for line in (head + beyond).splitlines(keepends=True)[1:] if not line.isascii()]
    return head, b"".join(odd[:ODD_LINES])


def _decoded(head: bytes, odd: bytes) -> Iterable[tuple[str, str, str]]:
    """Each plausible encoding with its texts; of those that read the same, the first."""
    marked = [encoding for mark, encoding in MARKS if head.startswith(mark)]
    if not marked and b"\0" in head:
        marked = ["utf-16-le" if head[1:2] == b"\0" else "utf-16-be"]
    if marked:
        yield marked[0], _whole_lines(head, marked[0]), ""
        return
    seen = set()
    for encoding in ("utf-8", *SINGLE_BYTE):
        try:
            text, odd_text = _whole_lines(head, encoding), _whole_lines(odd, encoding)
        except UnicodeError:
            continue
        if odd_text not in seen and (odd_text.isprintable() or _plausible(odd_text)):
            seen.add(odd_text)
            yield encoding, text, odd_text
        if encoding == "utf-8":
            # Texts in another encoding are not valid UTF-8 by chance.
            return


def _plausible(text: str) -> bool:
    """Whether no letter of it is a control character, which no reading makes by itself."""
    return all(letter.isprintable() or letter in "\r\n\t\u00a0\u00ad" for letter in text)


def _whole_lines(data: bytes, encoding: str) -> str:
    decoder = codecs.getincrementaldecoder(encoding)()
    text = decoder.decode(data)
    return text.removeprefix("\ufeff")


def _delimiters(text: str) -> Sequence[str]:
    """Those that cut the records into as many fields as the header has; the one of the most fields first."""
    even = {}
    for delimiter in DELIMITERS:
        records = [record for record in _records(text, delimiter, 200) if any(cell.strip() for cell in record)]
        width = len(records[0]) if records else 0
        alike = sum(len(record) == width for record in records)
        if width > 1 and alike >= EVEN * len(records):
            even[delimiter] = width
    return sorted(even, key=lambda delimiter: -even[delimiter]) or [","]


def _records(text: str, delimiter: str, most: int) -> list[list[str]]:
    records: list[list[str]] = []
    reader = csv.reader(text.splitlines(keepends=True), delimiter=delimiter)
    # What can be read of it is shown; the import names the line.
    with suppress(csv.Error):
        records.extend(islice(reader, most))
    return records
