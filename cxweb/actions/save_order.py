"""An order comes in or changes: an idempotent upsert by its ref."""

from dataclasses import dataclass

from cxweb.accounts.rules import Acting
from cxweb.actions.steps.upsert_order import upsert_order
from cxweb.core import clock
from cxweb.core.again import again
from cxweb.core.db import transaction
from cxweb.intake.rules import OrderFields


@dataclass(frozen=True)
class Saved:
    """What became of it."""

    order_id: int
    created: bool


@again()
def save_order(ref: str, fields: OrderFields, by: Acting, *, only_new: bool = False) -> Saved:
    """Create the order or set the fields that came in.

    Raises RefTaken where only a new order is wanted and the ref exists, UnknownOrder where it belongs to another
    perimeter, OutsidePerimeter for a foreign depot, and FixedByCompletion where crew, depot, channel or tags of a
    completed order would change.
    """
    with transaction():
        upserted = upsert_order(ref, fields, by, clock.now(), only_new=only_new)
        return Saved(upserted.order.id, upserted.created)
