"""Turns the cells of a row into the values of its fields."""

from collections.abc import Mapping as Columns
from datetime import datetime
from functools import lru_cache

from cxweb.imports.instants import WallClock
from cxweb.imports.refusals import LONGEST_VALUE, RefusedRow, quoted
from cxweb.imports.table import Cell
from cxweb.ratings.rules import cleaned

LONGEST_LINE = 200


@lru_cache(maxsize=4096)
def _one_line(text: str) -> str:
    """Names of drivers and towns come again and again."""
    return " ".join(cleaned(text).split())


class Cells:
    """Finds a field's cells in the rows of one header."""

    def __init__(self, header: list[str], columns: Columns[str, tuple[str, ...]]) -> None:
        self._header = header
        self._places = {field: [header.index(name) for name in names] for field, names in columns.items()}

    def __contains__(self, field: str) -> bool:
        return field in self._places

    def raw(self, cells: list[Cell], field: str) -> str:
        """The field's first cell as it stands; empty where the record breaks off before it."""
        place = self._places[field][0]
        return str(cells[place]) if place < len(cells) else ""

    def where(self, cells: list[Cell], field: str) -> tuple[str, str]:
        """The column that the field is read from in this row, and what stands there; empty for a field of no column."""
        places = self._places.get(field)
        if not places:
            return "", ""
        place = next((place for place in places if place < len(cells) and str(cells[place]).strip()), places[0])
        return self._header[place], str(cells[place])[:LONGEST_VALUE] if place < len(cells) else ""

    def filled(self, cells: list[Cell], field: str) -> tuple[Cell, bool]:
        """The field's first filled cell, trimmed, and whether it is a fallback; an empty text where none is filled."""
        for number, place in enumerate(self._places[field]):
            cell = cells[place]
            if isinstance(cell, str):
                cell = cell.strip()
            if cell != "":
                return cell, number > 0
        return "", False

    def all_filled(self, cells: list[Cell], field: str) -> list[Cell]:
        """All filled cells of the field, trimmed."""
        found = (cells[place] for place in self._places[field])
        trimmed = (cell.strip() if isinstance(cell, str) else cell for cell in found)
        return [cell for cell in trimmed if cell != ""]

    def every(self, cells: list[Cell], field: str) -> list[str]:
        """All filled cells of the field as texts, trimmed."""
        return [str(cell).strip() for cell in self.all_filled(cells, field)]

    def line(self, cells: list[Cell], field: str) -> str | None:
        """The field as one line of clean text, None where it is empty. Raises RefusedRow."""
        # Nearly every field has one column of text, and this is asked for each field of each row.
        first = cells[self._places[field][0]]
        text = first.strip() if isinstance(first, str) else ""
        if not text:
            text = str(self.filled(cells, field)[0])
            if not text:
                return None
        if not (text.isascii() and text.isprintable()) or "  " in text:
            text = _one_line(text)
        if len(text) > LONGEST_LINE:
            reason = f"{field} is longer than {LONGEST_LINE} characters: {quoted(text)}"
            raise RefusedRow(reason, "too_long", field)
        return text or None

    def instant(self, cells: list[Cell], field: str, clock: WallClock) -> tuple[datetime | None, bool]:
        """The field as an instant, None where it is empty, and whether it comes from a fallback. Raises RefusedRow."""
        cell, fallback = self.filled(cells, field)
        return (None, False) if cell == "" else (clock.instant(cell, field), fallback)
