"""Compares cells with what the rows of a month give, both ways, and those of a year with their months."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from operator import add
from typing import Any

from sqlalchemy import Table, func, literal, select

from cxweb.actions.steps.write_cells import Counted
from cxweb.core.db import session
from cxweb.rollups.queries.cells import DRIVERS, both
from cxweb.rollups.rules import GRAINS, period_end, period_start

Key = tuple[Any, ...]
Cells = dict[Key, tuple[int, ...]]
Row = Mapping[Any, Any]
# Added up from these one after the other, every cell comes to its value.
WITHIN_A_MONTH = GRAINS[2:]


def differing(counted: Counted, drivers_from: date) -> int:
    """How many cells of the span are missing, too many, or differ: those of its days, and of the parts and months
    that lie within it."""
    table, (first, last) = counted.table, counted.span
    keys, values = _keys(table), _values(table)
    wanted: Cells = {}
    for row in counted.rows:
        numbers = tuple(row[name] for name in values)
        for key in _adding_up(row, counted, keys, drivers_from):
            wanted[key] = tuple(map(add, wanted[key], numbers)) if key in wanted else numbers
    c = table.c
    inside = (c.axis == counted.axis, both(table), c.grain.in_(WITHIN_A_MONTH), c.day.between(first, last))
    stored = session().execute(select(table).where(*inside)).mappings()
    return _unequal(wanted, _read((row for row in stored if _ends(row) <= last), keys, values))


def differing_years(table: Table, axis: str, year: date, drivers_from: date) -> int:
    """How many cells of the year and of its quarters are not the sum of their months'."""
    quarters = [("quarter", year.replace(month=month)) for month in (1, 4, 7, 10)]
    found = [("year", year), *quarters]
    return sum(
        _differing(table, axis, grain, start) for grain, start in found if table is not DRIVERS or start >= drivers_from
    )


def _differing(table: Table, axis: str, grain: str, start: date) -> int:
    keys, values, c = _keys(table), _values(table), table.c
    months = (c.axis == axis, both(table), c.grain == "month", c.day.between(start, period_end(start, grain)))
    named = {"grain": literal(grain).label("grain"), "day": literal(start, c.day.type).label("day")}
    group = [c[name] for name in keys if name not in named]
    sums = select(*(named.get(name, c[name]) for name in keys), *(func.sum(c[name]).label(name) for name in values))
    sums = sums.where(*months).group_by(*group)
    stored = select(table).where(c.axis == axis, both(table), c.grain == grain, c.day == start)
    wanted, found = (_read(session().execute(statement).mappings(), keys, values) for statement in (sums, stored))
    return _unequal(wanted, found)


def _adding_up(row: Row, counted: Counted, keys: list[str], drivers_from: date) -> Iterator[Key]:
    """The keys of all cells that a day cell adds up to."""
    first, last = counted.span
    for grain in WITHIN_A_MONTH:
        start = period_start(row["day"], grain)
        if start < first or period_end(start, grain) > last:
            continue
        if counted.table is DRIVERS and grain != "day" and start < drivers_from:
            continue
        for whole in ({"whole": True, "depot_id": 0, "channel": ""}, {"whole": False}):
            cell = {**row, **whole, "grain": grain, "day": start}
            yield tuple(cell[name] for name in keys)


def _keys(table: Table) -> list[str]:
    return [column.name for column in table.primary_key.columns]


def _values(table: Table) -> list[str]:
    return [column.name for column in table.c if not column.primary_key]


def _ends(row: Row) -> date:
    return period_end(row["day"], row["grain"])


def _read(rows: Iterable[Any], keys: list[str], values: list[str]) -> Cells:
    return {tuple(row[name] for name in keys): tuple(int(row[name]) for name in values) for row in rows}


def _unequal(wanted: Cells, found: Cells) -> int:
    return sum(wanted.get(key) != found.get(key) for key in {*wanted, *found})
