"""Reads CSV, gzipped or not, one record at a time."""

import csv
import gzip
import io
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, cast

from cxweb.imports.refusals import CannotImport
from cxweb.imports.table import Row, Table

BLOCK = 1 << 20


class _Lines:
    """The lines of a text, counted as an editor counts them."""

    def __init__(self, text: io.TextIOBase) -> None:
        self._text = text
        self.count = 0
        # A lone carriage return inside a comment is no line of its own, unless it is what ends the records.
        self._ends: tuple[str, ...] = ("\n", "\r")

    def __iter__(self) -> Iterator[str]:
        for line in self._text:
            if line.endswith(self._ends):
                self.count += 1
            yield line

    def settle(self, first: str) -> None:
        """Learn from the header's line what ends the records."""
        self._ends = ("\r",) if first.endswith("\r") else ("\n",)


@contextmanager
def open_csv(path: Path, encoding: str, delimiter: str, called: str = "", *, check: bool = True) -> Iterator[Table]:
    """The file's table. Raises CannotImport where any byte of it cannot be read, before the first row is given.

    Without `check`, for a file that was read to its end before, only what is read is looked at.
    """
    name = called or path.name
    with path.open("rb") as raw:
        packed = path.name.lower().endswith(".gz")
        if check:
            _check(raw, packed, encoding, name)
            raw.seek(0)
        with _text(raw, packed, encoding) as text:
            lines = _Lines(text)
            feed = iter(lines)
            header = _header(feed, lines, delimiter, name)
            rows = _rows(feed, lines, delimiter, len(header))
            yield Table(header, rows, path.stat().st_size, raw.tell)


def _text(raw: BinaryIO, packed: bool, encoding: str) -> io.TextIOWrapper:
    plain = cast(BinaryIO, gzip.GzipFile(fileobj=raw)) if packed else raw
    return io.TextIOWrapper(plain, encoding=encoding, newline="")


def _check(raw: BinaryIO, packed: bool, encoding: str, name: str) -> None:
    """Read it all once: nothing is imported from a file that breaks off or is in another encoding."""
    text = _text(raw, packed, encoding)
    try:
        while text.read(BLOCK):
            pass
    except UnicodeError as error:
        sentence = f"{name} is not in the encoding {encoding} that the mapping names."
        raise CannotImport(sentence, "encoding", encoding) from error
    except (OSError, EOFError, zlib.error) as error:
        raise CannotImport(f"{name} cannot be read to its end: {error}.", "broken") from error
    finally:
        # Neither wrapper may close the file that the rows are read from next.
        text.detach()


def _header(feed: Iterator[str], lines: _Lines, delimiter: str, name: str) -> list[str]:
    def watched() -> Iterator[str]:
        for line in feed:
            lines.settle(line)
            yield line

    try:
        header = next(csv.reader(watched(), delimiter=delimiter, strict=True), [])
    except csv.Error as error:
        raise CannotImport(f"The header of {name} cannot be read: {error}.", "no_header") from error
    # A byte order mark is never part of a name.
    return [cell.removeprefix("\ufeff").strip() for cell in header]


def _rows(feed: Iterator[str], lines: _Lines, delimiter: str, width: int) -> Iterator[Row]:
    records = csv.reader(feed, delimiter=delimiter, strict=True)
    while True:
        line = lines.count + 1
        try:
            cells = next(records)
        except StopIteration:
            return
        except csv.Error as error:
            yield Row(line, [], f"the record cannot be read: {error}")
            continue
        row = Row(line, cells)  # type: ignore[arg-type]  # a list of str is only read here
        if len(cells) != width and not row.empty:
            row.broken = f"the record has {len(cells)} fields and the header {width}"
        yield row
