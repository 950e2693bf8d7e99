"""The audit log: who did what to which object, and when. Rows are only ever added."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import insert
from sqlalchemy.orm import Mapped, mapped_column

from cxweb.core import clock
from cxweb.core.db import Base, session


class AuditEntry(Base):
    __tablename__ = "audit_entry"

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(index=True)
    # `user:12`, `key:3`, `customer`, `import`, `system`: whoever acted, still readable when the row it names is gone.
    actor: Mapped[str]
    act: Mapped[str]
    object: Mapped[str] = mapped_column(index=True)
    details: Mapped[dict[str, Any]]


def record(actor: str, act: str, object_: str, **details: object) -> None:
    """Add an entry to the open transaction. Details hold states and settings, never what a person wrote."""
    session().add(AuditEntry(at=clock.now(), actor=actor, act=act, object=object_, details=details))


def record_many(actor: str, act: str, objects: Sequence[str]) -> None:
    """The same entry for each of many objects, in one statement."""
    if objects:
        now = clock.now()
        rows = [{"at": now, "actor": actor, "act": act, "object": object_, "details": {}} for object_ in objects]
        session().execute(insert(AuditEntry), rows)
