"""A wall display loses its address: it answers as an unknown one from now on."""

from sqlalchemy import select

from cxweb.accounts.rules import Acting
from cxweb.boards.models import Wall
from cxweb.company.queries import branch
from cxweb.core import clock
from cxweb.core.audit import record
from cxweb.core.db import session, transaction


def revoke_wall(wall_id: int, by: Acting) -> bool:
    """Revoke the display; False where there is none in use within the perimeter."""
    wanted = select(Wall).where(Wall.id == wall_id, Wall.revoked_at.is_(None))
    if by.perimeter.depot_id is not None:
        wanted = wanted.where(Wall.depot_id.in_(branch(by.perimeter.depot_id)))
    with transaction():
        wall = session().scalar(wanted.with_for_update(of=Wall))
        if wall is None:
            return False
        wall.revoked_at = clock.now()
        record(by.actor, "wall.revoked", f"wall:{wall.id}")
        return True
