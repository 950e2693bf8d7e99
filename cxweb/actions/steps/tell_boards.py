"""Writes into the boards' log that what they show has changed, in the transaction that changes it."""

from collections.abc import Collection

from sqlalchemy import select

from cxweb.boards.models import BoardChange
from cxweb.core import clock
from cxweb.core.db import session
from cxweb.core.prepared import PreparedInsert
from cxweb.orders.models import Order

_CHANGE = PreparedInsert(BoardChange.__table__, "order_id", "depot_id", "at")


def tell_boards(order_id: int | None, *depot_ids: int | None) -> None:
    """Log a change of the order, or of many orders (None), for the boards that show these depots.

    Called last, after the order was written or locked: on PostgreSQL the transaction then has its number before the
    log's row has one, which is what the readers of the log rely on.
    """
    opened = session()
    opened.flush()
    now = clock.now()
    for depot_id in dict.fromkeys(depot_ids):
        _CHANGE.rows(order_id=order_id, depot_id=depot_id, at=now)


def tell_boards_of(order_ids: Collection[int | None]) -> None:
    """Log that many orders changed, once for each of their depots: the boards read themselves anew."""
    if order_ids:
        depots = select(Order.depot_id).where(Order.id.in_(order_ids)).distinct()
        tell_boards(None, *session().scalars(depots).all())
