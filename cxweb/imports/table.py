"""A file as its readers give it: a header, rows, and how far the reading has come."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime

Cell = str | datetime | date


@dataclass(slots=True)
class Row:
    """A record: the line it starts at, the header's being 1, and its cells; `broken` says why it cannot be read."""

    line: int
    cells: list[Cell]
    broken: str | None = None

    @property
    def empty(self) -> bool:
        """Whether the record holds nothing but delimiters and blanks."""
        return self.broken is None and not any(cell.strip() if isinstance(cell, str) else True for cell in self.cells)


@dataclass(frozen=True)
class Table:
    """An open file. The rows can be read once."""

    header: list[str]
    rows: Iterator[Row]
    # Bytes of the file, and how many of them have been read.
    size: int
    read: Callable[[], int]
