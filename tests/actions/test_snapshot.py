"""A snapshot: many reads of one state, also while others write, and a large result read in small parts."""

from sqlalchemy import func, select

from cxweb.accounts.rules import Operator
from cxweb.actions.save_order import save_order
from cxweb.core.db import session
from cxweb.core.snapshot import snapshot
from cxweb.intake.rules import OrderFields
from cxweb.orders.models import Order
from tests.factories import Factory


def orders() -> int:
    return session().scalar(select(func.count()).select_from(Order)) or 0


def test_what_is_written_meanwhile_is_not_seen(make: Factory) -> None:
    for _ in range(3):
        make.order()
    with snapshot():
        assert orders() == 3
        rows = session().execute(select(Order.ref).order_by(Order.id).execution_options(yield_per=1))
        first = next(rows.partitions())
        save_order("A-9", OrderFields(), Operator())
        assert orders() == 3
        assert len([*first, *rows]) == 3
    assert orders() == 4
