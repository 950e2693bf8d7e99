"""Counting the day cells of a span of days anew, from its rows."""

from datetime import date
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Result, Select, Table, func

from cxweb.core.days import day_start, local_day
from cxweb.core.db import session
from cxweb.orders.models import CrewMember, Order
from cxweb.ratings.models import PhoneRating, Rating
from cxweb.rollups.queries.cells import DRIVERS, REASONS
from cxweb.rollups.rules import ONE, Span
from cxweb.tallies.queries import by_phone, counted_by_phone, counted_reasons, facts, sums
from cxweb.tallies.rules import OF_ANSWERS, TALLIES


def counted(table: Table, axis: str, span: Span, zone: ZoneInfo) -> list[dict[str, Any]]:
    """The day cells of a span of days by depot and channel, counted from the rows."""
    answered_at = {"completed": Order.completed_at, "answered": Rating.answered_at}[axis]
    keys = {"day": local_day(answered_at, zone, *span), **_groups(table)}
    inside = (answered_at >= day_start(span[0], zone), answered_at < day_start(span[1] + ONE, zone))
    rows: dict[tuple[Any, ...], dict[str, Any]] = {}
    if table is REASONS:
        statement = facts(axis, list(keys.values()), way=False).where(*inside)
        return _cells(table, axis, keys, {}, _found(counted_reasons(statement)))
    driver = table is DRIVERS
    names = [name for name in (TALLIES if axis == "completed" else OF_ANSWERS) if name != "by_phone"]
    statement = facts(axis, list(keys.values()), way=axis == "completed", by_driver=driver).where(*inside)
    _cells(table, axis, keys, rows, _found(sums(statement, names)))
    told_at = Order.completed_at if axis == "completed" else PhoneRating.recorded_at
    inside = (told_at >= day_start(span[0], zone), told_at < day_start(span[1] + ONE, zone))
    keys["day"] = local_day(told_at, zone, *span)
    statement = by_phone(axis, list(keys.values()), by_driver=driver).where(*inside)
    return _cells(table, axis, keys, rows, _found(counted_by_phone(statement)))


def _found(statement: Select[Any]) -> Result[Any]:
    """What it selects; by the connection, as the session would look at each of many rows."""
    return session().connection().execute(statement)


def _groups(table: Table) -> dict[str, Any]:
    found: dict[str, Any] = {}
    if table is DRIVERS:
        found["driver_id"] = func.coalesce(CrewMember.driver_id, 0)
    return found | {"depot_id": func.coalesce(Order.depot_id, 0), "channel": Order.channel}


def _cells(
    table: Table, axis: str, keys: dict[str, Any], into: dict[tuple[Any, ...], dict[str, Any]], found: Result[Any]
) -> list[dict[str, Any]]:
    """The rows found, added to the cells there are; every column of a cell has a value."""
    names = [*keys, *(["code", "cause"] if table is REASONS else [])]
    columns, keyed = [*names, *list(found.keys())[len(names) :]], len(names)
    empty = {column.name: 0 for column in table.c} | {"axis": axis, "whole": False, "grain": "day"}
    for row in found:
        at = tuple(row[:keyed])
        if at not in into:
            into[at] = empty.copy()
        into[at].update(zip(columns, row, strict=True), day=_day(at[0]))
    return list(into.values())


@lru_cache(maxsize=4096)
def _day(text: str) -> date:
    return date.fromisoformat(text)
