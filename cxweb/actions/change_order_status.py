"""An order moves: on its way, at the door, completed, failed, cancelled, planned again, reopened."""

from collections.abc import Callable
from datetime import datetime

from cxweb.accounts.rules import Acting
from cxweb.actions.steps.fill_order import set_crew
from cxweb.actions.steps.move_order import move
from cxweb.actions.steps.parties import Parties
from cxweb.actions.steps.touch_figures import touch_figures
from cxweb.company.queries import settings_now
from cxweb.core import clock
from cxweb.core.again import again
from cxweb.core.audit import record
from cxweb.core.db import transaction
from cxweb.intake.rules import DriverFields
from cxweb.orders.models import Order
from cxweb.orders.rules import check_instant


@again()
def change_order_status(
    find: Callable[..., Order],
    key: str | int,
    wanted: str,
    by: Acting,
    *,
    at: datetime | None = None,
    reason: str | None = None,
    drivers: list[DriverFields] | None = None,
) -> bool:
    """Move the order that find(key, perimeter, lock=True) gives; False where it was there already.

    Raises UnknownOrder, ForbiddenTransition, MissingReason, InTheFuture and FixedByCompletion.
    """
    now = clock.now()
    at = check_instant(at, now) if at is not None else now
    with transaction():
        order = find(key, by.perimeter, lock=True)
        before = order.status
        if drivers is not None and before != wanted:
            set_crew(order, drivers, Parties(by.perimeter))
            touch_figures(order.id)
        moved = move(order, wanted, at, now, settings_now(), by.actor, reason)
        if moved:
            record(by.actor, "order.status", f"order:{order.id}", before=before, after=wanted)
        return moved
