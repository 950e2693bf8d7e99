"""Finding orders, always within a perimeter."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVarTuple

from sqlalchemy import ColumnElement, Select, and_, case, func, or_, select
from sqlalchemy.orm import joinedload, selectinload

from cxweb.accounts.filters import inside
from cxweb.accounts.queries import require_acted
from cxweb.accounts.rules import Perimeter
from cxweb.core.db import session
from cxweb.orders.models import CrewMember, Driver, Order, Proof
from cxweb.orders.rules import CANCELLED, COMPLETED, FAILED, OPEN, UnknownDriver, UnknownOrder, alphabetical

Columns = TypeVarTuple("Columns")


def within(statement: Select[*Columns], perimeter: Perimeter) -> Select[*Columns]:
    """The statement, narrowed to orders of the perimeter. Orders without a depot belong to the whole company only."""
    return statement.where(inside(Order.depot_id, perimeter))


def by_ref(ref: str, perimeter: Perimeter, *, lock: bool = False) -> Order:
    """The order of that ref, with `lock` to be changed. Raises UnknownOrder, also for one outside the perimeter.

    To be changed it has to be acted on: raises ForbiddenAct for one that is only seen.
    """
    return _one(select(Order).where(Order.ref == ref), perimeter, lock)


def by_id(order_id: int, perimeter: Perimeter, *, lock: bool = False) -> Order:
    """The order of that id, as above."""
    return _one(select(Order).where(Order.id == order_id), perimeter, lock)


def by_ids(order_ids: Collection[int], perimeter: Perimeter) -> list[Order]:
    """The orders of these ids, with customer, depot, crew and tags loaded; none from outside the perimeter."""
    loaded = (joinedload(Order.customer), joinedload(Order.depot), selectinload(Order.tags))
    statement = select(Order).where(Order.id.in_(order_ids)).options(*loaded)
    statement = statement.options(selectinload(Order.crew).joinedload(CrewMember.driver))
    return list(session().scalars(within(statement, perimeter)))


def by_token(token: str, *, lock: bool = False) -> Order:
    """The order of a tracking link. Raises UnknownOrder."""
    return _one(select(Order).where(Order.token == token), Perimeter(), lock)


def _one(statement: Select[Order], perimeter: Perimeter, lock: bool) -> Order:
    statement = within(statement, perimeter)
    order = session().scalar(statement.with_for_update(of=Order) if lock else statement)
    if order is None:
        raise UnknownOrder
    if lock:
        require_acted(order.depot_id, perimeter)
    return order


def drivers_of(perimeter: Perimeter) -> list[Driver]:
    """The drivers who have an order within the perimeter, by name; the whole company sees all of its drivers."""
    statement = select(Driver) if perimeter.whole else select(Driver).where(_drives_within(perimeter))
    return sorted(session().scalars(statement), key=lambda driver: (alphabetical(driver.name), driver.id))


def driver_by_id(driver_id: int, perimeter: Perimeter) -> Driver:
    """The driver of that id. Raises UnknownDriver, also for one without an order within the perimeter."""
    statement = select(Driver).where(Driver.id == driver_id)
    driver = session().scalar(statement if perimeter.whole else statement.where(_drives_within(perimeter)))
    if driver is None:
        raise UnknownDriver
    return driver


def _drives_within(perimeter: Perimeter) -> ColumnElement[bool]:
    crew = select(CrewMember.driver_id).join(Order, Order.id == CrewMember.order_id)
    return Driver.id.in_(within(crew, perimeter))


def crews(order_ids: Collection[int]) -> dict[int, list[tuple[int, str]]]:
    """The crew of each order: each driver's id, and the name the driver had then."""
    statement = select(CrewMember.order_id, CrewMember.driver_id, CrewMember.driver_name)
    statement = statement.where(CrewMember.order_id.in_(order_ids)).order_by(CrewMember.order_id, CrewMember.position)
    found: dict[int, list[tuple[int, str]]] = {}
    for order_id, driver_id, name in session().execute(statement):
        found.setdefault(order_id, []).append((driver_id, name))
    return found


@dataclass(frozen=True)
class DayCounts:
    """The orders of a day: completed on it, failed, and all that were due on it or completed on it."""

    completed: int
    failed: int
    due: int


def day_counts(perimeter: Perimeter, start: datetime, end: datetime) -> DayCounts:
    """The orders of the span [start, end); tests and cancelled ones are no part of the day."""
    done = and_(Order.status == COMPLETED, Order.completed_at >= start, Order.completed_at < end)
    due = and_(Order.promised_to >= start, Order.promised_to < end)
    failed = and_(Order.status == FAILED, due)
    statement = select(*(func.sum(case((wanted, 1), else_=0)) for wanted in (done, failed, or_(done, due))))
    statement = statement.where(~Order.is_test, Order.status != CANCELLED, or_(done, due))
    return DayCounts(*(int(value or 0) for value in session().execute(within(statement, perimeter)).one()))


def late_count(perimeter: Perimeter, now: datetime) -> int:
    """How many orders are past their window and still to come."""
    statement = select(func.count()).select_from(Order).where(Order.status.in_(OPEN), Order.promised_to < now)
    return session().scalar(within(statement, perimeter)) or 0


PICTURES = {"photo": Proof.photo, "signature": Proof.signature}


def proof_of(order_id: int) -> Proof | None:
    """What proves an order's delivery; who asks has found the order within their perimeter."""
    return session().get(Proof, order_id)


def picture_of(order_id: int, kind: str) -> bytes | None:
    """The `photo` or `signature` of a proof, None without one; who asks has found the order, or holds its link."""
    if kind not in PICTURES:
        return None
    return session().scalar(select(PICTURES[kind]).where(Proof.order_id == order_id))


def pictures_of(order_id: int) -> list[str]:
    """Which pictures an order's proof has."""
    present = select(*(column.is_not(None) for column in PICTURES.values())).where(Proof.order_id == order_id)
    row = session().execute(present).first()
    return [kind for kind, there in zip(PICTURES, row, strict=True) if there] if row else []
