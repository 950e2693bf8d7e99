"""A wall display gets its address."""

from cxweb.accounts.rules import Acting
from cxweb.actions.steps.find_depot import UnknownDepot, depot_id_within
from cxweb.boards.models import Wall
from cxweb.core import clock, tokens
from cxweb.core.audit import record
from cxweb.core.db import transaction

__all__ = ["UnknownDepot", "create_wall"]


def create_wall(name: str, depot: str | None, by: Acting) -> str:
    """Create the display for a depot's branch, or without one for what `by` sees; the secret of its address.

    The secret is nowhere stored and cannot be shown again. Raises UnknownDepot and OutsidePerimeter.
    """
    secret = tokens.new_secret()
    with transaction() as opened:
        wall = Wall(
            name=name,
            digest=tokens.digest(secret),
            depot_id=depot_id_within(depot, by.perimeter),
            created_at=clock.now(),
            created_by=by.actor,
        )
        opened.add(wall)
        opened.flush()
        record(by.actor, "wall.created", f"wall:{wall.id}", depot=wall.depot_id)
    return secret
