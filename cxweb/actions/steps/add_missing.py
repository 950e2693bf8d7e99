"""Adds the depots and drivers that are not known yet, many at once."""

from collections.abc import Collection, Mapping
from typing import Any

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from cxweb.company.models import Depot
from cxweb.core.db import dialect_name, session
from cxweb.orders.models import Driver

# The row's id and its name.
Known = tuple[int, str]


def depots(refs: Collection[str]) -> dict[str, Known]:
    """These depots by ref; a new one is named by its ref, below no other."""
    return _known(Depot, {ref: {"name": ref, "parent_id": None, "timezone": None} for ref in refs})


def drivers(names: Mapping[str, str | None]) -> dict[str, Known]:
    """These drivers by ref; one who is known keeps the name known."""
    return _known(Driver, {ref: {"name": name or ref} for ref, name in names.items()})


def _known(model: type[Depot | Driver], wanted: Mapping[str, Mapping[str, Any]]) -> dict[str, Known]:
    if not wanted:
        return {}
    found = _by_ref(model, wanted)
    # In one order everywhere, so that two imports at once wait for each other and not for ever.
    missing = [{"ref": ref, "is_demo": False, **wanted[ref]} for ref in sorted(wanted) if ref not in found]
    if not missing:
        return found
    # Another process may add the same ref at the same time: the unique constraint decides, not the look above.
    insert = sqlite_insert if dialect_name() == "sqlite" else postgresql_insert
    session().connection().execute(insert(model).on_conflict_do_nothing(), missing)
    return found | _by_ref(model, [row["ref"] for row in missing])


def _by_ref(model: type[Depot | Driver], refs: Collection[str]) -> dict[str, Known]:
    rows = session().execute(select(model.ref, model.id, model.name).where(model.ref.in_(refs)))
    return {ref: (row_id, name) for ref, row_id, name in rows}
