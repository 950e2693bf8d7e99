"""A wall display loses its address: it answers as an unknown one from now on."""

from sqlalchemy import select

from cxweb.accounts.filters import inside
from cxweb.accounts.queries import require_acted
from cxweb.accounts.rules import Acting
from cxweb.boards.models import Wall
from cxweb.core import clock
from cxweb.core.audit import record
from cxweb.core.db import session, transaction


def revoke_wall(wall_id: int, by: Acting) -> bool:
    """Revoke the display; False where there is none in use within the perimeter. Raises ForbiddenAct."""
    wanted = select(Wall).where(Wall.id == wall_id, Wall.revoked_at.is_(None), inside(Wall.depot_id, by.perimeter))
    with transaction():
        wall = session().scalar(wanted.with_for_update(of=Wall))
        if wall is None:
            return False
        require_acted(wall.depot_id, by.perimeter)
        wall.revoked_at = clock.now()
        record(by.actor, "wall.revoked", f"wall:{wall.id}")
        return True
