"""A depot or region is added to the tree."""

from cxweb.accounts.rules import Staff
from cxweb.actions.steps.check_depot import InvalidDepot, checked, parent_id
from cxweb.company.models import Depot
from cxweb.company.queries import depot_by_ref
from cxweb.core.audit import record
from cxweb.core.db import insert_or_leave, transaction
from cxweb.orders.rules import REF

__all__ = ["InvalidDepot", "add_depot"]


def add_depot(ref: str, by: Staff, *, name: str, parent: str, timezone: str) -> None:
    """Add the depot below the parent of that ref. Raises InvalidDepot, also where the ref is taken."""
    if not REF.fullmatch(ref):
        raise InvalidDepot("ref")
    name, zone = checked(name, timezone)
    with transaction():
        above = parent_id(parent, by.perimeter)
        if not insert_or_leave(Depot, ref=ref, name=name, parent_id=above, timezone=zone, is_demo=False):
            raise InvalidDepot("ref")
        depot = depot_by_ref(ref)
        if depot is not None:
            record(by.actor, "depot.added", f"depot:{depot.id}", parent=above)
