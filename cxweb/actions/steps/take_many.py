"""Takes many incoming orders in with few statements; what each of them comes to is what it would come to alone."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import joinedload, selectinload

from cxweb.accounts.rules import Acting
from cxweb.actions.steps.add_orders import add_orders
from cxweb.actions.steps.clear_demo import clear_demo
from cxweb.actions.steps.fill_order import fill
from cxweb.actions.steps.leave_out_erased import many_without_erased, without_erased_owner
from cxweb.actions.steps.parties import Parties
from cxweb.actions.steps.tell_boards import tell_boards
from cxweb.actions.steps.touch_figures import touch_figures
from cxweb.core.audit import record
from cxweb.core.db import session
from cxweb.intake.rules import OrderFields
from cxweb.orders.models import CrewMember, Order
from cxweb.orders.queries import within
from cxweb.orders.rules import COMPLETED, FixedByCompletion, OutsidePerimeter, UnknownOrder

Incoming = tuple[str, OrderFields]
REFUSALS = (UnknownOrder, OutsidePerimeter, FixedByCompletion)
_LOADED = (
    selectinload(Order.crew).joinedload(CrewMember.driver),
    selectinload(Order.tags),
    joinedload(Order.customer),
    joinedload(Order.depot),
)


@dataclass
class Taken:
    """What became of an order that came in: its id and whether it is new, or why it was refused."""

    order_id: int = 0
    created: bool = False
    refusal: Exception | None = None


def take_many(incoming: Sequence[Incoming], by: Acting, now: datetime) -> list[Taken]:
    """Create the orders or set the fields that came in, in their order; one that is refused stays as it was."""
    incoming = many_without_erased(incoming)
    taken = [Taken() for _ in incoming]
    orders = _load([ref for ref, _ in incoming], by)
    incoming = [(ref, without_erased_owner(orders.get(ref), fields)) for ref, fields in incoming]
    foreign = _refs_elsewhere([ref for ref, _ in incoming if ref not in orders], by)
    depots = {order.depot_id for order in orders.values()}
    parties = Parties(by.perimeter)
    parties.look_up(fields for _, fields in incoming)
    open_ones: list[int] = []
    for at, (ref, fields) in enumerate(incoming):
        try:
            if ref in foreign:
                raise UnknownOrder
            if ref in orders and orders[ref].status == COMPLETED:
                taken[at].order_id = _fill_completed(orders[ref], fields, by)
            else:
                parties.check(fields)
                open_ones.append(at)
        except REFUSALS as refusal:
            taken[at].refusal = refusal
    parties.add(incoming[at][1] for at in open_ones)
    new = {incoming[at][0]: at for at in reversed(open_ones) if incoming[at][0] not in orders}
    added = add_orders([incoming[at] for at in sorted(new.values())], parties, by, now)
    # Named twice, or added by another program since the look above.
    known = [ref for at in open_ones if (ref := incoming[at][0]) in new and (new[ref] != at or ref not in added)]
    orders |= _load(known, by)
    for at in open_ones:
        ref, fields = incoming[at]
        taken[at].created = at == new.get(ref) and ref in added
        taken[at].order_id = added[ref] if ref in added else _found(orders, ref).id
        if not taken[at].created:
            fill(orders[ref], fields, parties)
    ids = [one.order_id for one in taken if one.order_id]
    touch_figures(*{one.order_id for one in taken if one.order_id and not one.created})
    if ids:
        tell_boards(None, *sorted(depots | _depots_of(ids), key=lambda depot: depot or 0))
    if added:
        clear_demo()
    return taken


def _load(refs: Collection[str], by: Acting) -> dict[str, Order]:
    """The stored ones among the orders, locked, with whatever filling them looks at."""
    if not refs:
        return {}
    statement = within(select(Order).where(Order.ref.in_(refs)), by.perimeter.reach).options(*_LOADED)
    statement = statement.order_by(Order.id)
    return {order.ref: order for order in session().scalars(statement.with_for_update(of=Order))}


def _found(orders: Mapping[str, Order], ref: str) -> Order:
    """Raises UnknownOrder where another program has just added it in another perimeter: the next look says so."""
    if ref not in orders:
        raise UnknownOrder
    return orders[ref]


def _refs_elsewhere(refs: Collection[str], by: Acting) -> set[str]:
    """Which of these refs are taken by another perimeter's orders."""
    if by.perimeter.reach.whole or not refs:
        return set()
    return set(session().scalars(select(Order.ref).where(Order.ref.in_(refs))))


def _fill_completed(order: Order, fields: OrderFields, by: Acting) -> int:
    """Set what a completed order still lets be set, in a savepoint: much of it is fixed."""
    before = order.notify
    with session().begin_nested():
        fill(order, fields, Parties(by.perimeter))
    if order.notify != before:
        record(by.actor, "order.notify", f"order:{order.id}", before=before, after=order.notify)
    return order.id


def _depots_of(order_ids: Collection[int]) -> set[int | None]:
    return set(session().scalars(select(Order.depot_id).where(Order.id.in_(order_ids)).distinct()))
