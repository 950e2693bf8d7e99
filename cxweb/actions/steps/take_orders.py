"""Lets the rows of an import's batch act on the drafts of their orders; nothing of them is written yet."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import joinedload

from cxweb.actions.steps.clear_demo import clear_demo
from cxweb.actions.steps.draft_customers import draft_customers
from cxweb.actions.steps.draft_orders import draft_orders
from cxweb.actions.steps.leave_out_erased import rows_without_erased
from cxweb.core.db import session
from cxweb.imports.customer_plan import Customers
from cxweb.imports.mapping import Mapping
from cxweb.imports.order_plan import Draft, OrderPlan
from cxweb.imports.order_rows import OrderRow
from cxweb.imports.refusals import Refusal, RefusedRow
from cxweb.imports.tally import Outcome
from cxweb.orders.models import Order
from cxweb.orders.rules import COMPLETED

# Orders completed longer ago get no message: their customers have long moved on.
MESSAGES_FOR = timedelta(hours=24)


@dataclass(frozen=True)
class Taken:
    """A batch as it will stand, and what became of its rows."""

    drafts: dict[str, Draft]
    customers: Customers
    outcomes: list[Outcome] = field(default_factory=list)
    refusals: list[Refusal] = field(default_factory=list)


def last_order_id() -> int:
    """The greatest id of an order that is there now. The demo does not count: it goes, and its ids may come back."""
    return session().scalar(select(func.max(Order.id)).where(~Order.is_demo)) or 0


def take_orders(rows: Sequence[OrderRow], mapping: Mapping, last_id: int, now: datetime) -> Taken:
    """Let the rows act on the stored orders, which are locked. A new order removes the demo."""
    refs = {row.ref for row in rows}
    drafts = look_up(refs, mapping, last_id, lock=True)
    if len(drafts) < len(refs):
        clear_demo()
    rows = rows_without_erased(rows, drafts)
    customers = draft_customers(rows, drafts, mapping.contact_of_new)
    return act(rows, drafts, customers, mapping, now)


def look_up(refs: set[str], mapping: Mapping, last_id: int, *, lock: bool) -> dict[str, Draft]:
    columns = mapping.columns
    return draft_orders(
        refs, last_id, crew="driver_ref" in columns or mapping.drivers_by_name, tags="tags" in columns, lock=lock
    )


def act(
    rows: Iterable[OrderRow], drafts: dict[str, Draft], customers: Customers, mapping: Mapping, now: datetime
) -> Taken:
    columns = mapping.columns
    plan = OrderPlan(drafts, customers, mapping.fields_of_new, now)
    taken = Taken(drafts, customers)
    for row in rows:
        try:
            outcome = plan.take(row)
        except RefusedRow as error:
            column = columns.get(error.field, ("",))[0]
            taken.refusals.append(Refusal(row.line, row.ref, str(error), error.problem, column))
        else:
            taken.outcomes.append(Outcome(outcome, row.fallbacks))
    return taken


def recently_completed(drafts: Iterable[Draft], now: datetime) -> Iterable[Order]:
    """The batch's orders that were completed within the last day."""
    recent = [
        draft.id
        for draft in drafts
        if draft.state["status"] == COMPLETED and draft.state["completed_at"] > now - MESSAGES_FOR
    ]
    if not recent:
        return []
    orders = select(Order).where(Order.id.in_(recent)).options(joinedload(Order.customer)).order_by(Order.id)
    return session().scalars(orders).all()
