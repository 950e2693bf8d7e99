"""Many orders come in at once: each is an upsert by its ref, and the good ones are kept."""

from collections.abc import Sequence

from sqlalchemy.exc import IntegrityError

from cxweb.accounts.rules import Acting
from cxweb.actions.steps.take_many import Incoming, Taken, take_many
from cxweb.core import clock
from cxweb.core.again import again, wait_for_turn_of_many
from cxweb.core.db import transaction
from cxweb.orders.rules import FixedByCompletion, UnknownOrder

__all__ = ["save_orders"]

# Orders of one transaction: few enough that a customer who rates meanwhile does not notice the wait.
GROUP = 250


def save_orders(incoming: Sequence[Incoming], by: Acting) -> list[Taken]:
    """Create the orders or set the fields that came in, a transaction for each group; what became of each."""
    taken: list[Taken] = []
    for start in range(0, len(incoming), GROUP):
        taken += _save(incoming[start : start + GROUP], by)
    return taken


# Another program may add one of the orders, also in another perimeter, or complete it between the look and the write.
@again(IntegrityError, FixedByCompletion, UnknownOrder)
def _save(group: Sequence[Incoming], by: Acting) -> list[Taken]:
    with transaction():
        wait_for_turn_of_many()
        return take_many(group, by, clock.now())
