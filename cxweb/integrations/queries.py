"""Reading the connectors: which are set up, and which are due to ask."""

from collections.abc import Collection
from datetime import datetime, timedelta

from sqlalchemy import select

from cxweb.core.db import session
from cxweb.integrations.models import Connector, ConnectorSeen
from cxweb.integrations.rules import ASKING, SILENT_TOO_LONG


def connector(name: str, *, lock: bool = False) -> Connector | None:
    """A connector that somebody has set up, switched on or not."""
    wanted = select(Connector).where(Connector.name == name)
    return session().scalar(wanted.with_for_update(of=Connector) if lock else wanted)


def enabled(name: str) -> Connector | None:
    """The connector, if it is switched on."""
    found = connector(name)
    return found if found is not None and found.enabled_at is not None else None


def due(now: datetime) -> list[str]:
    """The names of those that are to ask now."""
    wanted = select(Connector.name).where(
        Connector.name.in_(ASKING), Connector.enabled_at.is_not(None), Connector.next_pull_at <= now
    )
    return list(session().scalars(wanted))


def silent(now: datetime) -> list[str]:
    """The names of those whose other side has not answered for too long."""
    wanted = select(Connector.name).where(
        Connector.enabled_at.is_not(None), Connector.failing_since <= now - SILENT_TOO_LONG
    )
    return list(session().scalars(wanted.order_by(Connector.name)))


def last_heard(now: datetime) -> dict[str, timedelta | None]:
    """How long ago each connector that is on last brought something in or was answered; None: never yet."""
    wanted = select(Connector.name, Connector.last_heard_at).where(Connector.enabled_at.is_not(None))
    rows = session().execute(wanted.order_by(Connector.name))
    return {name: now - heard if heard is not None else None for name, heard in rows}


def seen(name: str, refs: Collection[str]) -> dict[str, str]:
    """The digest of what was last said of each of these orders."""
    wanted = select(ConnectorSeen.ref, ConnectorSeen.digest)
    rows = session().execute(wanted.where(ConnectorSeen.connector == name, ConnectorSeen.ref.in_(refs)))
    return {ref: digest for ref, digest in rows}  # noqa: C416 - rows are no pairs to dict()
