"""What a connector says of an order, how that moves it, and how the values of other systems become ours."""

import hashlib
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import Any
from urllib.parse import quote

from cxweb.intake.rules import OrderFields
from cxweb.orders.rules import COMPLETED, EARLIEST, FAILED, LATEST, MOVES, PLANNED

OPTIMOROUTE, ONFLEET = "optimoroute", "onfleet"
CONNECTORS = (OPTIMOROUTE, ONFLEET)
# Those that ask; the others are told.
ASKING = (OPTIMOROUTE,)
# How often one asks, and for how long its answers may stay away before that is an alarm.
EVERY = timedelta(minutes=2)
SILENT_TOO_LONG = timedelta(minutes=15)
# What was last said of an order is remembered for this long.
REMEMBERED = timedelta(days=14)
LONGEST_CREDENTIAL, LONGEST_FIELD = 300, 80

Json = Mapping[str, Any]
# Calls a method of the other system by its name with a JSON object, and gives the object it answers.
Ask = Callable[[str, Json], Json]


class InvalidConnector(ValueError):
    """A connector cannot be switched on with these settings; the text is the field."""


class NotUnderstood(ValueError):
    """The other system said what its documentation does not, or names an order as none can be named here."""


@dataclass(frozen=True)
class Arrival:
    """An order as another system has it. `status` None: nothing is said of it."""

    ref: str
    fields: OrderFields = field(default_factory=lambda: OrderFields())
    status: str | None = None
    at: datetime | None = None
    reason: str | None = None

    @property
    def digest(self) -> str:
        """The same for the same news."""
        return hashlib.sha256(repr(self).encode()).hexdigest()


def moves_to(current: str, wanted: str | None, *, newer: bool) -> Sequence[str]:
    """The moves that take an order where another system says it is; none where what it says is old news.

    A failed order that was delivered after all is planned again first, if that is told of a later instant (`newer`).
    """
    if wanted is None or wanted == current or current == COMPLETED:
        return ()
    if current == FAILED:
        if not newer:
            return ()
        return (PLANNED,) if wanted == PLANNED else (PLANNED, wanted)
    return (wanted,) if wanted in MOVES[current] else ()


def ref_of(given: object) -> str:
    """An id there as a ref here: what a ref cannot hold is written in hexadecimal behind a colon."""
    return re.sub(r"[%~]", lambda odd: ":" if odd[0] == "%" else ":7E", quote(str(given), safe=""))[:64]


def text_of(values: Json, name: str, longest: int = 200) -> str | None:
    """A line of text among the values, without what no line holds; None for nothing."""
    found = values.get(name)
    if not isinstance(found, str | int | float) or isinstance(found, bool):
        return None
    line = "".join(c if c.isprintable() else " " for c in str(found).encode("utf-8", "replace").decode())
    return " ".join(line.split())[:longest].strip() or None


def object_of(values: Json, name: str) -> Json:
    """The object among the values; an empty one for anything else."""
    found = values.get(name)
    return found if isinstance(found, dict) else {}


def objects_of(values: Json, name: str) -> list[Json]:
    """The objects of a list among the values."""
    found = values.get(name)
    return [each for each in found if isinstance(each, dict)] if isinstance(found, list) else []


def instant_of(values: Json, name: str, unit: timedelta = timedelta(seconds=1)) -> datetime | None:
    """The instant among the values that is written as a number of `unit` since 1970; None for nothing."""
    found = values.get(name)
    if not isinstance(found, int | float) or isinstance(found, bool):
        return None
    try:
        at = datetime(1970, 1, 1, tzinfo=UTC) + found * unit
    except (OverflowError, ValueError):
        return None
    return at if EARLIEST <= at <= LATEST else None


def wall_of(day: object, clock: object, zone: tzinfo) -> datetime | None:
    """The instant of `2026-11-17` and `08:30` in the zone, in UTC; None where one of them is no such text."""
    try:
        at = datetime.combine(date.fromisoformat(str(day)), time.fromisoformat(str(clock)), zone).astimezone(UTC)
    except (ValueError, OverflowError):
        return None
    return at if EARLIEST <= at <= LATEST else None
