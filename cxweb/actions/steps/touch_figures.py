"""Notes, in the transaction that changes figures, which of them are stale until a job has counted anew."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from itertools import islice
from typing import Any

from sqlalchemy import ColumnElement, Select, bindparam, select

from cxweb.actions.steps.insert_many import insert_many
from cxweb.core.db import session
from cxweb.core.prepared import PreparedInsert, PreparedInTransaction
from cxweb.orders.models import Order
from cxweb.ratings.models import PhoneRating, Rating
from cxweb.rollups.models import FigureChange
from cxweb.rollups.queries import quarter

Instants = tuple[datetime | None, datetime | None, datetime | None]
# As many ids as a statement takes.
MOST_IDS = 500


def _instants(condition: ColumnElement[bool]) -> Select[datetime | None, datetime, datetime]:
    """When each order was completed and answered, and when the phone told."""
    statement = select(Order.completed_at, Rating.answered_at, PhoneRating.recorded_at)
    statement = statement.outerjoin(Rating, Rating.order_id == Order.id)
    return statement.outerjoin(PhoneRating, PhoneRating.order_id == Order.id).where(condition)


_CHANGE = PreparedInsert(FigureChange.__table__, "completed_at", "answered_at")
_OF_ONE = PreparedInTransaction(_instants(Order.id == bindparam("order_id")))


def touch_instants(completed_at: datetime | None, answered_at: datetime | None) -> None:
    """What was completed and answered at these instants is stale."""
    for completed, answered in _quarters([(completed_at, answered_at, None)]):
        _CHANGE.rows(completed_at=completed, answered_at=answered)


def touch_figures(*order_ids: int | None) -> None:
    """The figures of these orders, as they stand in the open transaction, are stale.

    Called after a change; before it too where the change moves an order to another day, or takes it out of the figures.
    """
    session().flush()
    if len(order_ids) == 1:
        for completed, answered in _quarters(_OF_ONE.rows(order_id=order_ids[0])):
            _CHANGE.rows(completed_at=completed, answered_at=answered)
        return
    ids = iter(order_ids)
    while some := list(islice(ids, MOST_IDS)):
        touch_figures_of(Order.id.in_(some))


def touch_figures_of(wanted: ColumnElement[bool]) -> None:
    """The figures of the orders that meet the condition are stale."""
    session().flush()
    found = _quarters(session().execute(_instants(wanted)))
    insert_many(FigureChange, [{"completed_at": completed, "answered_at": answered} for completed, answered in found])


def _quarters(found: Iterable[Sequence[Any]]) -> Iterable[tuple[datetime | None, datetime | None]]:
    """The quarter hours of completion and answer, each pair once; what the phone told counts by its own."""
    pairs = set()
    for row in found:
        completed, answered, told = (quarter(instant) if instant is not None else None for instant in row)
        pairs |= {(completed, answered), (None, told)}
    return pairs - {(None, None)}
