"""Many orders come in at once: each is an upsert by its ref, and the good ones are kept."""

from collections.abc import Sequence

from sqlalchemy.exc import IntegrityError

from cxweb.accounts.rules import Acting
from cxweb.actions.steps.take_many import Incoming, Taken, take_many
from cxweb.core import clock
from cxweb.core.db import transaction
from cxweb.orders.rules import FixedByCompletion

__all__ = ["save_orders"]

# Orders of one transaction: few enough that a customer who rates meanwhile does not notice the wait.
GROUP = 250
# Another process may complete one of the orders, or add the same customer, between the look and the write.
ATTEMPTS = 3


def save_orders(incoming: Sequence[Incoming], by: Acting) -> list[Taken]:
    """Create the orders or set the fields that came in, a transaction for each group; what became of each."""
    taken: list[Taken] = []
    for start in range(0, len(incoming), GROUP):
        taken += _save(incoming[start : start + GROUP], by)
    return taken


def _save(group: Sequence[Incoming], by: Acting) -> list[Taken]:
    for attempt in range(1, ATTEMPTS + 1):
        try:
            with transaction():
                return take_many(group, by, clock.now())
        except (IntegrityError, FixedByCompletion):
            if attempt == ATTEMPTS:
                raise
    raise AssertionError("unreachable")
