"""Finds the depot an account or key is bound to."""

from sqlalchemy import select

from cxweb.accounts.filters import inside
from cxweb.accounts.rules import Perimeter
from cxweb.company.models import Depot
from cxweb.company.queries import depot_by_ref
from cxweb.core.db import session
from cxweb.orders.rules import OutsidePerimeter


class UnknownDepot(LookupError):
    """No depot has this ref."""


def depot_id_within(ref: str | None, perimeter: Perimeter) -> int | None:
    """The depot's id, where it is acted on; without a ref the perimeter's own: all of the company, or the one branch.

    Raises UnknownDepot and OutsidePerimeter, also without a ref where the perimeter has several branches.
    """
    reach = perimeter.reach
    if ref is None:
        if not reach.whole and reach.home is None:
            raise OutsidePerimeter
        return reach.home
    depot = depot_by_ref(ref)
    if depot is None:
        raise UnknownDepot(ref)
    if session().scalar(select(Depot.id).where(Depot.id == depot.id, inside(Depot.id, reach))) is None:
        raise OutsidePerimeter
    return depot.id
