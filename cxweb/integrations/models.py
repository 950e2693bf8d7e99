"""Connectors to other systems that orders come from, and what each last said of an order."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column, relationship

from cxweb.company.models import Depot
from cxweb.core.db import Base
from cxweb.core.sealed import Sealed
from cxweb.integrations.rules import CONNECTORS


class Connector(Base):
    """How one other system is reached, and how that has gone. Its row exists once somebody has set it up."""

    __tablename__ = "connector"
    __table_args__ = (CheckConstraint(f"name IN {CONNECTORS}", name="name"),)

    name: Mapped[str] = mapped_column(primary_key=True)
    # The key or secret of the other system: never shown again, never logged. Empty until it was given.
    credential: Mapped[Sealed]
    # The field there that holds the order's number, where that is not the usual one.
    ref_field: Mapped[str | None]
    # Orders that come in belong to this depot; without one, to none.
    depot_id: Mapped[int | None] = mapped_column(ForeignKey("depot.id"))
    # None: switched off. What was completed before it is taken in without a message.
    enabled_at: Mapped[datetime | None]
    # The next time it is asked, for a connector that asks.
    next_pull_at: Mapped[datetime | None]
    last_heard_at: Mapped[datetime | None]
    failing_since: Mapped[datetime | None]
    last_error: Mapped[str | None]
    # The number of the last order that could not be taken in, and why.
    refused_ref: Mapped[str | None]
    refused_why: Mapped[str | None]
    refused_at: Mapped[datetime | None]
    depot: Mapped[Depot | None] = relationship()


class ConnectorSeen(Base):
    """What a connector that asks was last told of an order, as a digest: only what differs is taken in again."""

    __tablename__ = "connector_seen"

    connector: Mapped[str] = mapped_column(primary_key=True)
    ref: Mapped[str] = mapped_column(primary_key=True)
    digest: Mapped[str]
    seen_at: Mapped[datetime] = mapped_column(index=True)
