"""Which orders a list shows."""

from dataclasses import dataclass
from datetime import datetime
from typing import TypeVarTuple

from sqlalchemy import ColumnElement, Select, and_, or_, select

from cxweb.company.queries import branches
from cxweb.orders.models import CrewMember, Customer, Driver, Order, OrderTag
from cxweb.orders.rules import OPEN, STATUSES

Columns = TypeVarTuple("Columns")
LATE = "late"
CHOICES = (LATE, *STATUSES)


@dataclass(frozen=True)
class OrderFilter:
    """An empty field restricts nothing. The span [start, end) is of an order's day: its completion, else its promise,
    else its arrival here."""

    status: str = ""
    words: str = ""
    start: datetime | None = None
    end: datetime | None = None
    depot: tuple[str, ...] = ()
    driver: tuple[str, ...] = ()
    channel: tuple[str, ...] = ()
    tag: tuple[str, ...] = ()
    # What else must hold of an order, said by a package that knows more than orders.
    also: ColumnElement[bool] | None = None


def matching(statement: Select[*Columns], chosen: OrderFilter, now: datetime) -> Select[*Columns]:
    """The statement on orders (with their customers joined), narrowed by the filter."""
    if chosen.status == LATE:
        statement = statement.where(Order.status.in_(OPEN), Order.promised_to < now)
    elif chosen.status:
        statement = statement.where(Order.status == chosen.status)
    if chosen.words:
        by_name = Customer.name.icontains(chosen.words, autoescape=True)
        statement = statement.where(or_(Order.ref.icontains(chosen.words, autoescape=True), by_name))
    if chosen.also is not None:
        statement = statement.where(chosen.also)
    if chosen.depot:
        statement = statement.where(Order.depot_id.in_(branches(chosen.depot)))
    if chosen.driver:
        crew = select(CrewMember.order_id).join(Driver, Driver.id == CrewMember.driver_id)
        statement = statement.where(Order.id.in_(crew.where(Driver.ref.in_(chosen.driver))))
    if chosen.channel:
        statement = statement.where(Order.channel.in_(chosen.channel))
    if chosen.tag:
        statement = statement.where(Order.id.in_(select(OrderTag.order_id).where(OrderTag.tag.in_(chosen.tag))))
    return _on_days(statement, chosen.start, chosen.end)


def _on_days(statement: Select[*Columns], start: datetime | None, end: datetime | None) -> Select[*Columns]:
    # Three ranges rather than one coalesce(): each has its index.
    instants = (Order.completed_at, Order.promised_to, Order.created_at)
    spans = []
    for position, instant in enumerate(instants):
        first = [earlier.is_(None) for earlier in instants[:position]]
        low = [instant >= start] if start else []
        high = [instant < end] if end else []
        spans.append(and_(instant.is_not(None), *first, *low, *high))
    return statement.where(or_(*spans)) if start or end else statement
