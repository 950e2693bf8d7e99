"""Finds the depot an account or key is bound to."""

from sqlalchemy import select

from cxweb.accounts.rules import Perimeter
from cxweb.company.models import Depot
from cxweb.company.queries import branch, depot_by_ref
from cxweb.core.db import session
from cxweb.orders.rules import OutsidePerimeter


class UnknownDepot(LookupError):
    """No depot has this ref."""


def depot_id_within(ref: str | None, perimeter: Perimeter) -> int | None:
    """The depot's id; without a ref the perimeter's own. Raises UnknownDepot and OutsidePerimeter."""
    if ref is None:
        return perimeter.depot_id
    depot = depot_by_ref(ref)
    if depot is None:
        raise UnknownDepot(ref)
    if perimeter.depot_id is not None and depot.id not in set(
        session().scalars(select(Depot.id).where(Depot.id.in_(branch(perimeter.depot_id))))
    ):
        raise OutsidePerimeter
    return depot.id
