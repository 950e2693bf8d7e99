"""Moves an order along the status machine: history, snapshot at completion, outbox."""

from datetime import datetime

from cxweb.actions.steps.outbox import write_completed
from cxweb.actions.steps.tell_boards import tell_boards
from cxweb.actions.steps.touch_figures import touch_figures, touch_instants
from cxweb.company.rules import CompanySettings
from cxweb.core.recipients import usable
from cxweb.notifications.queries import opted_out_of
from cxweb.orders.models import Order, StatusChange
from cxweb.orders.rules import COMPLETED, check_move


def move(
    order: Order,
    wanted: str,
    at: datetime,
    now: datetime,
    company: CompanySettings,
    actor: str,
    reason: str | None = None,
) -> bool:
    """Move the order; False where it was there already. Raises what orders.rules.check_move raises."""
    if not check_move(order.status, wanted, reason):
        return False
    eligible = wanted == COMPLETED and company.feedback_enabled and not order.is_test and not _opted_out(order, company)
    before = order.completed_at
    order.history.append(StatusChange(status=wanted, at=at, recorded_at=now, reason=reason, actor=actor))
    order.status = wanted
    order.reason = reason
    order.completed_at = at if wanted == COMPLETED else None
    order.eligible = eligible
    if wanted == COMPLETED:
        _snapshot(order)
        write_completed(order, company, now)
    if before or order.completed_at:
        touch_instants(before, None)
        touch_figures(order.id)
    tell_boards(order.id, order.depot_id)
    return True


def _opted_out(order: Order, company: CompanySettings) -> bool:
    """Whether the customer has said, for an address or number of theirs, that they want no messages."""
    customer = order.customer
    if customer is None:
        return False
    return bool(opted_out_of(usable(customer.email, customer.phone, company.company_country)))


def _snapshot(order: Order) -> None:
    """Keep the names and groups of the completion: later changes of driver or depot change no past figure."""
    order.depot_name = order.depot.name if order.depot else None
    for member in order.crew:
        member.driver_name = member.driver.name
