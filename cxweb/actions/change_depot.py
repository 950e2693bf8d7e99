"""A depot or region is renamed, gets a time zone of its own, or hangs elsewhere in the tree."""

from cxweb.accounts.queries import UnknownDepotId, depot_of, require_acted
from cxweb.accounts.rules import Staff
from cxweb.actions.steps.check_depot import InvalidDepot, checked, is_top, parent_id
from cxweb.actions.steps.tell_boards import tell_boards
from cxweb.company.models import Depot
from cxweb.company.queries import branch
from cxweb.core.audit import record
from cxweb.core.db import session, transaction

__all__ = ["InvalidDepot", "UnknownDepotId", "change_depot", "is_top"]


def change_depot(depot_id: int, by: Staff, *, name: str, parent: str, timezone: str) -> None:
    """Store what differs; orders go with their depot. Raises UnknownDepotId and InvalidDepot.

    The tops of what somebody acts on stay where they hang. Raises ForbiddenAct for a depot that is only seen.
    """
    name, zone = checked(name, timezone)
    with transaction():
        depot = depot_of(depot_id, by.perimeter)
        require_acted(depot.id, by.perimeter)
        above = depot.parent_id if is_top(depot.id, by.perimeter) else parent_id(parent, by.perimeter)
        if above in set(session().scalars(branch(depot.id))):
            raise InvalidDepot("parent")
        before, after = _facts(depot), {"parent_id": above, "timezone": zone}
        renamed = depot.name != name
        depot.name, depot.parent_id, depot.timezone = name, above, zone
        if renamed or before != after:
            record(by.actor, "depot.changed", f"depot:{depot.id}", before=before, after=after, renamed=renamed)
            tell_boards(None, depot.id)


def _facts(depot: Depot) -> dict[str, object]:
    return {"parent_id": depot.parent_id, "timezone": depot.timezone}
