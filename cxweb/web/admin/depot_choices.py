"""Depots as a form offers them: the tree in one list, each right below what it belongs to."""

from cxweb.accounts.queries import depots_of
from cxweb.accounts.rules import Perimeter
from cxweb.company.models import Depot

INDENT = "\u2003"


def tree(depots: list[Depot]) -> list[tuple[Depot, int]]:
    """The depots with how deep they hang, each right below what it belongs to."""
    known = {depot.id for depot in depots}
    below: dict[int | None, list[Depot]] = {}
    for depot in depots:
        below.setdefault(depot.parent_id if depot.parent_id in known else None, []).append(depot)
    rows: list[tuple[Depot, int]] = []
    waiting = [(depot, 0) for depot in reversed(below.get(None, []))]
    while waiting:
        depot, depth = waiting.pop()
        rows.append((depot, depth))
        waiting += [(child, depth + 1) for child in reversed(below.get(depot.id, []))]
    return rows


def depot_choices(perimeter: Perimeter) -> list[tuple[str, str]]:
    """The ref and the indented name of each depot of the perimeter."""
    return [(depot.ref, INDENT * depth + depot.name) for depot, depth in tree(depots_of(perimeter))]
