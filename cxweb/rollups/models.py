"""Rollups: cells of counts by day and longer periods, what of them is stale, and how far they are built."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import BigInteger, Boolean, CheckConstraint, Column, Date, Index, Integer, Table, Text
from sqlalchemy.orm import Mapped, mapped_column

from cxweb.core.db import Base
from cxweb.tallies.rules import TALLIES


def _key(name: str, type_: Any) -> "Column[Any]":
    return Column(name, type_, primary_key=True, autoincrement=False)


def _cells(name: str, *keys: "Column[Any]", driver: bool = False, values: tuple[str, ...] = TALLIES) -> Table:
    """A table of cells. A cell is of a day of the company's zone, or of a longer period that begins with it.

    Those of the `whole` company have depot 0 and no channel. Depot and driver 0 stand for orders without one.
    """
    first = [_key("axis", Text), _key("whole", Boolean), _key("grain", Text), _key("day", Date)]
    group = [*([_key("driver_id", BigInteger)] if driver else []), _key("depot_id", BigInteger), _key("channel", Text)]
    counts = [Column(value, Integer, nullable=False) for value in values]
    return Table(name, Base.metadata, *first, *group, *keys, *counts, sqlite_with_rowid=False)


class OrderCell(Base):
    """What is counted of orders, each once."""

    __table__ = _cells("order_cell")


class DriverCell(Base):
    """What is counted of each driver's orders; an order of a crew is in a cell of each."""

    __table__ = _cells("driver_cell", driver=True)


Index(
    "ix_driver_cell_driver", *(DriverCell.__table__.c[name] for name in ("driver_id", "axis", "whole", "grain", "day"))
)


class ReasonCell(Base):
    """How many answers chose a reason."""

    __table__ = _cells("reason_cell", _key("code", Text), _key("cause", Text), values=("answers",))


class FigureChange(Base):
    """An order's figures changed: the quarter hours of its completion and of its answer are stale until counted anew.

    Rows are only added, by the transaction that changes the figures; who counts anew removes those it has seen.
    """

    __tablename__ = "figure_change"

    id: Mapped[int] = mapped_column(primary_key=True)
    completed_at: Mapped[datetime | None]
    answered_at: Mapped[datetime | None]


class RollupState(Base):
    """What the cells were made for, in one row; cells made for another zone or by other formulas are not read."""

    __tablename__ = "rollup_state"
    __table_args__ = (CheckConstraint("id = 1", name="one_row"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    timezone: Mapped[str]
    formula: Mapped[int]
    # Whoever writes cells counts this up; who finds it counted up meanwhile has counted from older rows, and leaves.
    generation: Mapped[int]
    # Cells are complete up to this day; None: all of them are.
    built_through: Mapped[date | None]
    # The first day that drivers have cells of.
    drivers_from: Mapped[date]
    # The check of the cells against the rows: how far it has come, None when it is through, and when it last began.
    checked_through: Mapped[date | None]
    check_began_at: Mapped[datetime | None]
