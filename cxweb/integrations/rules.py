"""What a connector says of an order, and how that moves it."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from urllib.parse import quote

from cxweb.intake.rules import OrderFields
from cxweb.orders.rules import COMPLETED, FAILED, MOVES, PLANNED

OPTIMOROUTE, ONFLEET = "optimoroute", "onfleet"
CONNECTORS = (OPTIMOROUTE, ONFLEET)
# How often a connector that asks does so, and how long its answers may stay away before it is an alarm.
EVERY = timedelta(minutes=2)
SILENT_TOO_LONG = timedelta(minutes=15)
LONGEST_CREDENTIAL, LONGEST_FIELD = 300, 80


class InvalidConnector(ValueError):
    """A connector cannot be switched on with these settings; the text is the field."""


class NotUnderstood(ValueError):
    """The other system said something that its documentation does not; the text tells what."""


@dataclass(frozen=True)
class Arrival:
    """An order as another system has it. `status` None: nothing is said of it."""

    ref: str
    fields: OrderFields = field(default_factory=lambda: OrderFields())
    status: str | None = None
    at: datetime | None = None
    reason: str | None = None


def moves_to(current: str, wanted: str, *, newer: bool) -> Sequence[str]:
    """The moves that take an order where another system says it is; none where what it says is old news.

    A failed order that was delivered after all is planned again first, if that is told of a later instant (`newer`).
    """
    if wanted == current or current == COMPLETED:
        return ()
    if wanted in MOVES[current]:
        return (wanted,) if current != FAILED or newer else ()
    if current == FAILED and newer and wanted in MOVES[PLANNED]:
        return (PLANNED, wanted)
    return ()


def ref_of(text: object) -> str:
    """A driver's or other thing's id there as a ref here: what a ref cannot hold is written as %XX with a colon."""
    quoted = quote(str(text or ""), safe="").replace("~", ":7E").replace("%", ":")
    return re.sub(r"[^A-Za-z0-9._:-]", "", quoted)[:64]


def text_of(values: Mapping[str, object], name: str, longest: int = 200) -> str | None:
    """A line of text among the values, without what no line holds; None for nothing."""
    found = values.get(name)
    if not isinstance(found, str | int | float) or isinstance(found, bool):
        return None
    line = "".join(c if c.isprintable() else " " for c in str(found).encode("utf-8", "replace").decode())
    return " ".join(line.split())[:longest].strip() or None
