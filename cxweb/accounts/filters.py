"""Which entries of the audit log are asked for."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class AuditFilter:
    """Entries from an instant (included) to another (not), of one actor, one kind of act, or about one object."""

    start: datetime | None = None
    end: datetime | None = None
    actor: str = ""
    # The part of an act before the point: `session`, `user`, `order`.
    kind: str = ""
    object: str = ""
