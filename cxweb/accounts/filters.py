"""Which entries of the audit log are asked for, and what narrows a statement to somebody's perimeter."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, true

from cxweb.accounts.rules import Perimeter
from cxweb.company.queries import branch


def inside(depot_id: Any, perimeter: Perimeter) -> ColumnElement[bool]:
    """That this column's depot is one that the perimeter sees. What has no depot is the whole company's alone."""
    return true() if perimeter.sees is None else depot_id.in_(branch(*perimeter.sees))


@dataclass(frozen=True)
class AuditFilter:
    """Entries from an instant (included) to another (not), of one actor, one kind of act, or about one object."""

    start: datetime | None = None
    end: datetime | None = None
    actor: str = ""
    # The part of an act before the point: `session`, `user`, `order`.
    kind: str = ""
    object: str = ""
