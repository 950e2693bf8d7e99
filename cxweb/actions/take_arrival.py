"""An order comes in, or goes on, by what another system says of it."""

from datetime import datetime, timedelta

from sqlalchemy import update

from cxweb.accounts.rules import Acting, Operator, Perimeter
from cxweb.actions.steps.move_order import move
from cxweb.actions.steps.upsert_order import upsert_order
from cxweb.company.queries import settings_now
from cxweb.core import clock
from cxweb.core.again import again
from cxweb.core.audit import record
from cxweb.core.db import session, transaction
from cxweb.intake.rules import OrderFields
from cxweb.integrations.models import Connector, ConnectorSeen
from cxweb.integrations.queries import enabled
from cxweb.integrations.rules import ASKING, Arrival, NotUnderstood, moves_to
from cxweb.orders.models import Order
from cxweb.orders.queries import by_ref
from cxweb.orders.rules import (
    COMPLETED,
    FixedByCompletion,
    InTheFuture,
    OutsidePerimeter,
    UnknownOrder,
    check_instant,
    is_ref,
)

# What may be wrong with an order that comes in, and what the connector's row says of it then.
REFUSALS: dict[type[Exception], str] = {
    NotUnderstood: "number",
    UnknownOrder: "elsewhere",
    OutsidePerimeter: "elsewhere",
    FixedByCompletion: "completed",
    InTheFuture: "ahead",
}
# When something was last heard is written so often at most: events come many at a time.
HEARD = timedelta(minutes=1)


@again()
def take_arrival(name: str, arrival: Arrival) -> bool:
    """Take it in as the API would; False where it was refused, which the connector's row then says."""
    now = clock.now()
    try:
        with transaction():
            connector = enabled(name)
            if connector is None:
                return False
            _take(connector, arrival, now)
    except tuple(REFUSALS) as error:
        refused = {"refused_ref": arrival.ref, "refused_why": REFUSALS[type(error)], "refused_at": now}
        with transaction() as opened:
            opened.execute(update(Connector).where(Connector.name == name).values(refused))
        return False
    return True


def _take(connector: Connector, arrival: Arrival, now: datetime) -> None:
    if not is_ref(arrival.ref):
        raise NotUnderstood("an order's number takes 1 to 64 of A-Z a-z 0-9 . _ : -")
    by = Operator(f"connector:{connector.name}", Perimeter.of(connector.depot_id))
    if connector.name in ASKING:
        seen = ConnectorSeen(connector=connector.name, ref=arrival.ref, digest=arrival.digest, seen_at=now)
        session().merge(seen)
    if connector.last_heard_at is None or connector.last_heard_at < now - HEARD:
        connector.last_heard_at = now
    at = check_instant(arrival.at, now) if arrival.at is not None else now
    order = _known(arrival.ref, by)
    if order is None or order.status != COMPLETED:
        fields = _with_notify(arrival, connector, at)
        order = upsert_order(arrival.ref, fields, by, now).order
    before, newer = order.status, at > order.history[-1].at
    for status in moves_to(before, arrival.status, newer=newer):
        move(order, status, at, now, settings_now(), by.actor, arrival.reason)
    if order.status != before:
        record(by.actor, "order.status", f"order:{order.id}", before=before, after=order.status)


def _known(ref: str, by: Acting) -> Order | None:
    try:
        return by_ref(ref, by.perimeter, lock=True)
    except UnknownOrder:
        return None


def _with_notify(arrival: Arrival, connector: Connector, at: datetime) -> OrderFields:
    """What was completed before the connector was switched on is taken in without a message to its customer."""
    fields = arrival.fields.copy()
    if arrival.status == COMPLETED and connector.enabled_at is not None and at < connector.enabled_at:
        fields["notify"] = "none"
    return fields
