"""Writes the day cells of spans of days as they were counted, and adds the cells of longer periods up from them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Table, delete, insert, literal, select, update

from cxweb.actions.steps.insert_many import insert_many
from cxweb.core.db import session
from cxweb.rollups.models import DriverCell, OrderCell, ReasonCell, RollupState
from cxweb.rollups.queries.cells import DRIVERS, both, summed
from cxweb.rollups.rules import FOR_EVER, GRAINS, ONE, Span, period_end, period_start

MODELS = (OrderCell, DriverCell, ReasonCell)
# What the cells of each grain are added up from.
FINER = {"part": "day", "month": "part", "quarter": "month", "year": "quarter"}


@dataclass(frozen=True)
class Counted:
    """The day cells of a span on an axis, of one table, as the rows gave them."""

    model: type[OrderCell] | type[DriverCell] | type[ReasonCell]
    axis: str
    span: Span
    rows: Sequence[dict[str, Any]]

    @property
    def table(self) -> Table:
        return self.model.__table__


def claim_writing(generation: int, **values: object) -> bool:
    """Whether nobody has written cells since `generation` was read: then nobody else does until the commit."""
    mine = update(RollupState).where(RollupState.id == 1, RollupState.generation == generation)
    claimed = mine.values(generation=generation + 1, **values).returning(RollupState.id)
    return session().execute(claimed, execution_options={"synchronize_session": False}).first() is not None


def write_cells(counted: Counted, drivers_from: date, through: date = FOR_EVER) -> None:
    """Let the days of the span have these cells, and every longer period with one of them the sum of its own.

    Periods that go on after `through` are left alone: their other days are still to come.
    """
    table, (first, last) = counted.table, counted.span
    session().execute(delete(table).where(*_of(counted, "day"), table.c.day.between(first, last)))
    insert_many(counted.model, counted.rows)
    _add_up(counted, "day", first, last, None)
    for grain in reversed(GRAINS[:-1]):
        start = period_start(first, grain)
        while start <= last:
            end = period_end(start, grain)
            # Of a period that had begun before drivers have cells, theirs would say less than all.
            if end <= through and (table is not DRIVERS or start >= drivers_from):
                session().execute(delete(table).where(*_of(counted, grain), table.c.day == start))
                _add_up(counted, FINER[grain], start, end, (grain, start))
            start = end + ONE


def _of(counted: Counted, grain: str) -> tuple[Any, ...]:
    return counted.table.c.axis == counted.axis, both(counted.table), counted.table.c.grain == grain


def _add_up(counted: Counted, finer: str, first: date, last: date, into: tuple[str, date] | None) -> None:
    """Add cells up: those of days for the whole company, or (`into` a grain and its first day) those of a period."""
    table = counted.table
    constant: dict[str, Any] = {"axis": literal(counted.axis)}
    if into is None:
        constant |= {"whole": literal(True), "grain": literal("day"), "depot_id": literal(0), "channel": literal("")}
    else:
        constant |= {"grain": literal(into[0]), "day": literal(into[1], table.c.day.type)}
    keys = [column for column in table.primary_key.columns if column.name not in constant]
    values = tuple(column.name for column in table.c if not column.primary_key)
    found = select(*constant.values(), *keys, *summed(table, values))
    found = found.where(*_of(counted, finer), table.c.day.between(first, last)).group_by(*keys)
    if into is None:
        found = found.where(~table.c.whole)
    columns = [*constant, *(column.name for column in keys), *values]
    session().execute(insert(table).from_select(columns, found))
