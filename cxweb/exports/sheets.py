"""What an export holds, whatever file it goes into: sheets of columns, one row of totals, and rows."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

# Instants are wall times of the company's zone, without one: a workbook knows no zones. None is an empty cell.
Cell = str | int | float | date | datetime | None
Row = Sequence[Cell]


@dataclass(frozen=True)
class Column:
    """A column; `shows` is how a workbook shows its numbers, `width` is in characters."""

    title: str
    shows: str = "whole"
    width: int = 12


@dataclass(frozen=True)
class Sheet:
    """A sheet: `totals` is a row of its own under the titles, `rows` are read once, one at a time."""

    title: str
    columns: Sequence[Column]
    totals: Row
    rows: Iterable[Row]


@dataclass(frozen=True)
class Book:
    """Sheets with what the workbook says of itself: `facts` are names and values such as the filters and the zone."""

    title: str
    author: str
    made_at: datetime
    facts: Mapping[str, str]
    sheets: Sequence[Sheet]
