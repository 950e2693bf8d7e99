"""Finding orders, always within a perimeter."""

from typing import Any, TypeVar

from sqlalchemy import Select, select

from cxweb.accounts.rules import Perimeter
from cxweb.company.queries import branch
from cxweb.core.db import session
from cxweb.orders.models import Order
from cxweb.orders.rules import UnknownOrder

Rows = TypeVar("Rows", bound=tuple[Any, ...])


def within(statement: Select[Rows], perimeter: Perimeter) -> Select[Rows]:
    """The statement, narrowed to orders of the perimeter. Orders without a depot belong to the whole company only."""
    if perimeter.depot_id is None:
        return statement
    return statement.where(Order.depot_id.in_(branch(perimeter.depot_id)))


def by_ref(ref: str, perimeter: Perimeter, *, lock: bool = False) -> Order:
    """The order of that ref. Raises UnknownOrder, also for one outside the perimeter."""
    return _one(select(Order).where(Order.ref == ref), perimeter, lock)


def by_id(order_id: int, perimeter: Perimeter, *, lock: bool = False) -> Order:
    """The order of that id. Raises UnknownOrder, also for one outside the perimeter."""
    return _one(select(Order).where(Order.id == order_id), perimeter, lock)


def by_token(token: str, *, lock: bool = False) -> Order:
    """The order of a tracking link. Raises UnknownOrder."""
    return _one(select(Order).where(Order.token == token), Perimeter(), lock)


def _one(statement: Select[tuple[Order]], perimeter: Perimeter, lock: bool) -> Order:
    statement = within(statement, perimeter)
    order = session().scalar(statement.with_for_update(of=Order) if lock else statement)
    if order is None:
        raise UnknownOrder
    return order
