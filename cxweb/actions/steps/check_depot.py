"""Checks what a depot is made of, and where in the tree somebody may hang it."""

from zoneinfo import available_timezones

from sqlalchemy import select

from cxweb.accounts.filters import inside
from cxweb.accounts.rules import Perimeter
from cxweb.company.models import Depot
from cxweb.core.db import session

LONGEST_NAME = 80


class InvalidDepot(ValueError):
    """What was given makes no depot; `field` is `ref`, `name`, `parent` or `timezone`."""

    def __init__(self, field: str) -> None:
        super().__init__(field)
        self.field = field


def checked(name: str, timezone: str) -> tuple[str, str | None]:
    """The name and zone as they are stored; an empty zone is the company's. Raises InvalidDepot."""
    name = name.strip()
    if not name or len(name) > LONGEST_NAME or not name.isprintable():
        raise InvalidDepot("name")
    if timezone and timezone not in available_timezones():
        raise InvalidDepot("timezone")
    return name, timezone or None


def is_top(depot_id: int, perimeter: Perimeter) -> bool:
    """Whether a branch of what is acted on begins at this depot: where it hangs is for somebody else to say."""
    return depot_id in (perimeter.reach.sees or ())


def parent_id(ref: str, perimeter: Perimeter) -> int | None:
    """The depot that another hangs below, None at the top of the tree. Raises InvalidDepot.

    Every depot is locked: two that were hung below each other at once would be a circle. Who acts on a part of the
    company hangs nothing outside of it.
    """
    session().execute(select(Depot.id).order_by(Depot.id).with_for_update())
    if not ref and perimeter.reach.whole:
        return None
    found = session().scalar(select(Depot.id).where(Depot.ref == ref, inside(Depot.id, perimeter.reach)))
    if found is None:
        raise InvalidDepot("parent")
    return found
