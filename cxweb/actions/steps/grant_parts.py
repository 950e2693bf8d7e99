"""Finds the parts of the company that somebody is given, and nobody gives out more than they act on themselves."""

from collections.abc import Iterable, Mapping

from cxweb.accounts.rules import Grant, Perimeter
from cxweb.actions.steps.check_user import InvalidUser
from cxweb.actions.steps.find_depot import depot_id_within
from cxweb.orders.rules import OutsidePerimeter

# A depot's id, None for the whole company, and whether it is acted on.
Parts = Mapping[int | None, bool]
ALL: Parts = {None: True}


def granted(grants: Iterable[Grant], perimeter: Perimeter) -> dict[int | None, bool]:
    """The parts, each once; one that is given twice is acted on if either says so.

    Raises InvalidUser where none is given, UnknownDepot, and OutsidePerimeter.
    """
    parts: dict[int | None, bool] = {}
    for depot, acting in grants:
        if depot is None and not perimeter.reach.whole:
            raise OutsidePerimeter
        depot_id = depot_id_within(depot, perimeter)
        parts[depot_id] = parts.get(depot_id, False) or acting
    if not parts:
        raise InvalidUser("parts", "An account sees at least one part of the company.")
    return parts


def told(parts: Parts) -> dict[str, list[int] | str]:
    """The parts as the audit log keeps them."""
    return {"sees": _ids(parts), "acts_on": _ids(depot_id for depot_id, acting in parts.items() if acting)}


def _ids(parts: Iterable[int | None]) -> list[int] | str:
    ids = set(parts)
    return "all" if None in ids else sorted(id_ for id_ in ids if id_ is not None)
