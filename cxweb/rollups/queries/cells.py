"""Reading the cells: the sums of some spans of days."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any

from sqlalchemy import ColumnElement, Select, Table, func, literal_column, select, union_all

from cxweb.core.db import session
from cxweb.rollups.models import DriverCell, OrderCell, ReasonCell
from cxweb.rollups.rules import ALWAYS, Piece, Span, cover, grains_for

ORDERS, DRIVERS, REASONS = OrderCell.__table__, DriverCell.__table__, ReasonCell.__table__


@dataclass(frozen=True)
class Cells:
    """Which cells of an axis answer a question; depots and drivers are subqueries of ids, None restricts nothing.

    Of periods that do not lie `within` these days there are no whole cells; of days beyond `there` there are none.
    """

    axis: str
    depots: Sequence[Select[int]] = ()
    channels: Sequence[str] = ()
    drivers: Select[int] | None = None
    by: str | None = None
    within: Span = ALWAYS
    there: Span = ALWAYS

    @property
    def table(self) -> Table:
        return DRIVERS if self.by == "driver" or self.drivers is not None else ORDERS

    @property
    def whole(self) -> bool:
        return not (self.depots or self.channels or self.by in ("depot", "channel"))


def read_cells(
    wanted: Cells, values: Sequence[str], spans: Sequence[Span], table: Table | None = None
) -> Sequence[Any]:
    """The sums of these values over the spans of days, in parts to be added up; first comes the key, if any."""
    if not spans:
        return ()
    table = wanted.table if table is None else table
    c = table.c
    keys = {"driver": "driver_id", "depot": "depot_id", "channel": "channel", None: None}
    name = keys.get(wanted.by, "day")
    # A reason's cells have their reason as key.
    key = [c.code, c.cause] if table is REASONS else [c[name]] if name else []
    inside = [c.axis == wanted.axis, c.whole == wanted.whole]
    inside += [c.depot_id.in_(ids) for ids in wanted.depots]
    if wanted.channels:
        inside.append(c.channel.in_(wanted.channels))
    if wanted.drivers is not None:
        inside.append(c.driver_id.in_(wanted.drivers))
    # Each piece is one stretch of the table; all of them in one condition, SQLite reads the table from end to end.
    parts = [
        _part(wanted, table, key, tuple(values), piece).where(*inside, c.grain == piece.grain, _days(c.day, piece))
        for span in spans
        for piece in cover(*span, grains_for(wanted.by), wanted.within, wanted.there)
    ]
    return session().connection().execute(union_all(*parts)).all()


def _part(
    wanted: Cells, table: Table, key: Sequence[ColumnElement[Any]], values: tuple[str, ...], piece: Piece
) -> Select[Any]:
    single = wanted.by != "driver" or piece.first == piece.last
    # Of the whole company a day has one cell, and in a period a driver: a sum of one would only take longer.
    if key and single and wanted.whole and table is not REASONS:
        return select(*key, *_signed(table, values, piece.sign))
    grouping = _grouping(key, piece)
    return select(*grouping, *summed(table, values, piece.sign)).group_by(*grouping)


def _days(day: ColumnElement[date], piece: Piece) -> ColumnElement[bool]:
    # The cells of one day, or of one longer period, lie in the order of their keys and need no sorting.
    return day == piece.first if piece.first == piece.last else day.between(piece.first, piece.last)


def _grouping(key: Sequence[ColumnElement[Any]], piece: Piece) -> Sequence[ColumnElement[Any]]:
    # An index in the order of the drivers would be taken for a short cut: SQLite would look into it for each driver.
    if piece.first == piece.last:
        return key
    return [each + literal_column("0") if each is DRIVERS.c.driver_id else each for each in key]


@lru_cache(maxsize=64)
def summed(table: Table, values: tuple[str, ...], sign: int = 1) -> tuple[ColumnElement[int], ...]:
    """The sum of each of these columns, under its name; put together once, which takes as long as adding up."""
    return tuple(func.sum(each.element).label(each.name) for each in _signed(table, values, sign))


@lru_cache(maxsize=64)
def _signed(table: Table, values: tuple[str, ...], sign: int) -> tuple[ColumnElement[int], ...]:
    return tuple((table.c[value] if sign > 0 else -table.c[value]).label(value) for value in values)


def both(table: Table) -> ColumnElement[bool]:
    """Cells of the whole company and of its parts. Said so, because the table is sorted by it before anything finer."""
    return table.c.whole.in_((False, True))
