"""Shows what the first rows of an uploaded file would become; nothing is stored."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from itertools import islice

from cxweb.accounts.rules import Staff
from cxweb.actions.steps.rehearse_orders import OrderRehearsal
from cxweb.actions.steps.store_ratings import choose
from cxweb.actions.steps.take_orders import last_order_id
from cxweb.actions.steps.upload_run import stored_file
from cxweb.actions.steps.upload_table import open_upload_of
from cxweb.core import clock
from cxweb.imports.mapping import INSTANTS, ORDERS, Mapping, mapping_of
from cxweb.imports.order_rows import OrderReader
from cxweb.imports.rating_rows import RatingReader
from cxweb.imports.refusals import CannotImport as CannotImport
from cxweb.imports.refusals import Refusal, RefusedRow
from cxweb.imports.rows import open_table
from cxweb.imports.table import Row, Table
from cxweb.imports.tally import Outcome
from cxweb.orders.rules import SKEW

ROWS = 20
Judge = Callable[[Row], Outcome | Refusal]


@dataclass(frozen=True)
class PreviewCell:
    """What stands in the file, and as which instant it is read where it is a time."""

    text: str
    instant: datetime | None
    wrong: bool


@dataclass(frozen=True)
class PreviewRow:
    """A row, what becomes of it, and its cells in the order of the columns."""

    line: int
    outcome: str
    problem: str
    cells: list[PreviewCell]


@dataclass(frozen=True)
class Preview:
    columns: list[str]
    rows: list[PreviewRow]
    skipped: int


def preview_upload(upload_id: int, by: Staff) -> Preview:
    """The first rows that are not empty. Raises CannotImport where the file cannot be read as was said."""
    upload = open_upload_of(upload_id, by)
    mapping = mapping_of(upload.mapping, upload.kind)
    fields = {names[0]: field for field, names in reversed(mapping.columns.items())}
    with (
        open_table(stored_file(upload), mapping, upload.file_name, check=False) as table,
        OrderRehearsal() as rehearsal,
    ):
        columns = [name for name in table.header if any(name in names for names in mapping.columns.values())]
        judge = _orders(mapping, table, rehearsal) if upload.kind == ORDERS else _ratings(mapping, table)
        taken = list(islice(table.rows, ROWS * 10))
        rows = [row for row in taken if not row.empty][:ROWS]
        shown = [_shown(row, judge(row), table.header, columns, fields, mapping) for row in rows]
    return Preview(columns, shown, sum(row.empty for row in taken))


def _orders(mapping: Mapping, table: Table, rehearsal: OrderRehearsal) -> Judge:
    now, last_id = clock.now(), last_order_id()
    reader = OrderReader(mapping, table.header, now + SKEW)

    def judge(row: Row) -> Outcome | Refusal:
        try:
            taken = rehearsal.take([reader.read(row)], mapping, last_id, now)
        except RefusedRow as error:
            return Refusal(row.line, reader.ref(row), str(error), error.problem, *reader.where(row, error.field))
        return (taken.outcomes or taken.refusals)[0]

    return judge


def _ratings(mapping: Mapping, table: Table) -> Judge:
    reader = RatingReader(mapping, table.header, clock.now() + SKEW)

    def judge(row: Row) -> Outcome | Refusal:
        try:
            (choice,) = choose([[reader.read(row)]], lock=False)
        except RefusedRow as error:
            return Refusal(row.line, reader.ref(row), str(error), error.problem, *reader.where(row, error.field))
        return next(iter(choice.refusals(mapping)), None) or choice.outcomes()[0]

    return judge


def _shown(
    row: Row, judged: Outcome | Refusal, header: list[str], columns: list[str], fields: dict[str, str], mapping: Mapping
) -> PreviewRow:
    refused = judged if isinstance(judged, Refusal) else None
    cells = []
    for name in columns:
        place = header.index(name)
        cell = row.cells[place] if place < len(row.cells) else ""
        field = fields.get(name) or next(field for field, names in mapping.columns.items() if name in names)
        instant = None
        if field in INSTANTS and str(cell).strip():
            try:
                instant = mapping.clock.instant(cell.strip() if isinstance(cell, str) else cell, field)
            except RefusedRow:
                instant = None
        cells.append(PreviewCell(str(cell), instant, refused is not None and refused.column == name))
    outcome = "refused" if isinstance(judged, Refusal) else judged.name
    return PreviewRow(row.line, outcome, refused.problem if refused else "", cells)
