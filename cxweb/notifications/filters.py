"""Which messages a list shows."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import TypeVarTuple

from sqlalchemy import Select

from cxweb.company.queries import branches
from cxweb.notifications.models import STATES, Notification
from cxweb.orders.models import Order

Columns = TypeVarTuple("Columns")


@dataclass(frozen=True)
class MessageFilter:
    """An empty field restricts nothing. The span [start, end) is of a message's last attempt, else of its next."""

    state: str = ""
    channel: str = ""
    kind: str = ""
    depot: tuple[str, ...] = ()
    start: datetime | None = None
    end: datetime | None = None

    @property
    def in_any_state(self) -> "MessageFilter":
        """The same without its state: what the counts per state are taken of."""
        return replace(self, state="")


def matching(statement: Select[*Columns], chosen: MessageFilter) -> Select[*Columns]:
    """The statement on messages (with their orders joined), narrowed by the filter."""
    if chosen.start or chosen.end:
        # Naming every state lets the index of state and instant serve the span.
        statement = statement.where(Notification.state.in_((chosen.state,) if chosen.state else STATES))
    elif chosen.state:
        statement = statement.where(Notification.state == chosen.state)
    if chosen.start:
        statement = statement.where(Notification.next_attempt_at >= chosen.start)
    if chosen.end:
        statement = statement.where(Notification.next_attempt_at < chosen.end)
    if chosen.channel:
        statement = statement.where(Notification.channel == chosen.channel)
    if chosen.kind:
        statement = statement.where(Notification.kind == chosen.kind)
    if chosen.depot:
        statement = statement.where(Order.depot_id.in_(branches(chosen.depot)))
    return statement
