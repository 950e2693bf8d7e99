"""Days of a time zone: where each begins, which one an instant lies in, and the same asked of a database's column."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from itertools import groupby
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Interval, SQLColumnExpression, Text, case, func, literal

from cxweb.core.db import dialect_name

ONE = timedelta(days=1)


def day_start(day: date, zone: ZoneInfo) -> datetime:
    """The first instant of a day in the zone. Where midnight does not exist or occurs twice, fold=0 gives the first."""
    return datetime(day.year, day.month, day.day, tzinfo=zone).astimezone(UTC)


def day_of(instant: datetime, zone: ZoneInfo) -> date:
    """The day whose span [day_start(day), day_start(next day)) holds the instant."""
    day = instant.astimezone(zone).date()
    # Clocks that are set back across midnight show the evening's date again after the new day has begun.
    return day + ONE if instant >= day_start(day + ONE, zone) else day


def days(first: date, last: date) -> Iterator[date]:
    """Each day from the first to the last, both included."""
    for number in range((last - first).days + 1):
        yield first + timedelta(days=number)


@lru_cache(maxsize=64)
def _stretches(zone: ZoneInfo, first: date, last: date) -> tuple[tuple[timedelta, date, datetime], ...]:
    """The stretches of days that begin at the same distance from midnight UTC: distance, last day, and their end."""

    def distance(day: date) -> timedelta:
        return datetime(day.year, day.month, day.day, tzinfo=UTC) - day_start(day, zone)

    found = []
    for shift, stretch in groupby(days(first, last), distance):
        *_, last_of_it = stretch
        found.append((shift, last_of_it, day_start(last_of_it + ONE, zone)))
    return tuple(found)


def local_day(instant: SQLColumnExpression[Any], zone: ZoneInfo, first: date, last: date) -> ColumnElement[str]:
    """day_of() of a column whose instants lie in the days from first to last, as text such as `2026-11-24`.

    The database's own idea of time zones is not asked: it may be of another year than Python's.
    """
    stretches = _stretches(zone, first, last)
    # The last day of a stretch may have 25 hours.
    found = [(end, _least(_shifted(instant, shift), literal(day.isoformat()))) for shift, day, end in stretches]
    *earlier, (_, latest) = found
    return case(*((instant < end, day) for end, day in earlier), else_=latest) if earlier else latest


def _shifted(instant: SQLColumnExpression[Any], shift: timedelta) -> ColumnElement[str]:
    seconds = int(shift.total_seconds())
    if dialect_name() == "sqlite":
        return func.date(instant, f"{seconds:+d} seconds", type_=Text())
    utc = func.timezone("UTC", instant)
    return func.to_char(utc + literal(shift, Interval()), literal("YYYY-MM-DD"), type_=Text())


def _least(one: ColumnElement[str], other: ColumnElement[str]) -> ColumnElement[str]:
    return (func.min if dialect_name() == "sqlite" else func.least)(one, other, type_=Text())
