"""Writes an order that comes in, new or known, by its ref: the page, the API and the connectors take this way."""

from dataclasses import dataclass
from datetime import datetime

from cxweb.accounts.rules import Acting
from cxweb.actions.steps.clear_demo import clear_demo
from cxweb.actions.steps.fill_order import fill
from cxweb.actions.steps.leave_out_erased import without_erased
from cxweb.actions.steps.parties import Parties
from cxweb.actions.steps.tell_boards import tell_boards
from cxweb.actions.steps.touch_figures import touch_figures
from cxweb.core import tokens
from cxweb.core.audit import record
from cxweb.core.db import insert_or_leave, session
from cxweb.intake.rules import OrderFields
from cxweb.orders.models import Order, StatusChange
from cxweb.orders.queries import by_ref
from cxweb.orders.rules import COMPLETED, PLANNED, RefTaken


@dataclass(frozen=True)
class Upserted:
    """The order, locked, and whether it is new."""

    order: Order
    created: bool


def upsert_order(ref: str, fields: OrderFields, by: Acting, now: datetime, *, only_new: bool = False) -> Upserted:
    """Create the order or set the fields that came in. Raises what save_order says."""
    parties = Parties(by.perimeter)
    created = insert_or_leave(
        Order,
        ref=ref,
        token=tokens.new_link(),
        status=PLANNED,
        channel="delivery",
        created_at=now,
        eligible=False,
        is_test=False,
        is_demo=False,
        depot_id=parties.first_depot_id(fields),
    )
    if only_new and not created:
        raise RefTaken
    order = by_ref(ref, by.perimeter, lock=True)
    if created:
        order.history.append(StatusChange(status=PLANNED, at=now, recorded_at=now, actor=by.actor))
        record(by.actor, "order.created", f"order:{order.id}")
    former_depot_id, before = order.depot_id, order.notify
    fill(order, without_erased(order, fields), parties)
    if order.status == COMPLETED and order.notify != before:
        # Whether a message was wanted at the completion must still be known when rows are reconciled.
        record(by.actor, "order.notify", f"order:{order.id}", before=before, after=order.notify)
    session().flush()
    if not created:
        touch_figures(order.id)
    tell_boards(order.id, former_depot_id, order.depot_id)
    if created:
        clear_demo()
    return Upserted(order, created)
