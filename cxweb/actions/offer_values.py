"""Shows how the dates of an uploaded file may be read and which words its statuses are; nothing is stored."""

import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from cxweb.accounts.rules import Staff
from cxweb.actions.steps.upload_table import open_upload_of, upload_table
from cxweb.imports.cells import Cells
from cxweb.imports.date_shapes import Shape, shapes
from cxweb.imports.mapping import INSTANTS, column_lists
from cxweb.imports.refusals import CannotImport as CannotImport
from cxweb.imports.suggestions import suggested_words
from cxweb.imports.table import Cell, Table

# So many rows are looked at, or as many as this takes; rows further on that read otherwise are refused, never guessed.
MOST_ROWS, MOST_S, MOST_WORDS = 20_000, 2.0, 30


@dataclass(frozen=True)
class ValueOffer:
    """What a person must still say, with what was said before or is suggested."""

    shapes: list[Shape]
    # Whether the file holds dates as a workbook stores them, which need no format.
    own_dates: bool
    # Each word of the status column with how often it was seen and the status it probably is.
    words: list[tuple[str, int, str]]
    more_words: int
    formats: list[str]
    timezone: str
    defaults: dict[str, str]


def offer_values(upload_id: int, by: Staff) -> ValueOffer:
    """Raises CannotImport where the file cannot be read as was said."""
    upload = open_upload_of(upload_id, by)
    mapping = upload.mapping
    columns = column_lists(mapping["columns"])
    with upload_table(upload, mapping) as table:
        cells = Cells(table.header, columns)
        texts, own, words = _seen(table, cells, columns)
    said, suggested = mapping.get("status", {}), suggested_words(words)
    common = words.most_common(MOST_WORDS)
    return ValueOffer(
        shapes=shapes(texts),
        own_dates=own,
        words=[(word, count, said.get(word) or suggested[word]) for word, count in common],
        more_words=len(words) - len(common),
        formats=[*mapping.get("datetime_formats", []), *mapping.get("date_formats", [])],
        timezone=mapping.get("timezone", ""),
        defaults=mapping.get("defaults", {}),
    )


def _seen(table: Table, cells: Cells, columns: dict[str, tuple[str, ...]]) -> tuple[list[str], bool, Counter[str]]:
    texts: list[str] = []
    words: Counter[str] = Counter()
    own, until = False, time.monotonic() + MOST_S
    instants = [field for field in INSTANTS if field in columns]
    for row in islice(table.rows, MOST_ROWS):
        if row.broken is not None or row.empty:
            continue
        for cell in _filled(cells, row.cells, instants):
            if isinstance(cell, str):
                texts.append(cell)
            else:
                own = True
        if "status" in columns and (word := str(cells.filled(row.cells, "status")[0])):
            words[word] += 1
        if time.monotonic() > until:
            break
    return texts, own, words


def _filled(cells: Cells, row: list[Cell], fields: list[str]) -> Iterator[Cell]:
    for field in fields:
        yield from cells.all_filled(row, field)
