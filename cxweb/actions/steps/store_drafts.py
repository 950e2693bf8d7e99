"""Writes the drafts of an import's batch: customers, orders, crews, tags and histories, each in few statements."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, delete, select, update

from cxweb.actions.steps import add_missing
from cxweb.actions.steps.draft_orders import STATE
from cxweb.actions.steps.insert_many import insert_many, new_ids
from cxweb.actions.steps.tell_boards import tell_boards_of
from cxweb.actions.steps.touch_figures import touch_figures
from cxweb.core.db import session
from cxweb.core.tokens import new_link
from cxweb.imports.customer_plan import Customers, Party
from cxweb.imports.order_plan import Draft
from cxweb.orders.models import CrewMember, Customer, Driver, Order, OrderTag, StatusChange
from cxweb.orders.rules import COMPLETED

ACTOR = "import"
# No object of the session stands for these rows.
PLAIN = {"synchronize_session": False}


def store_drafts(drafts: Iterable[Draft], customers: Customers, now: datetime) -> None:
    """Write every draft that is new or changed; new ones get their id."""
    _store_customers(customers)
    written = [draft for draft in drafts if _is_written(draft, customers)]
    stored = [draft for draft in written if draft.id is not None]
    new = [draft for draft in written if draft.id is None]
    completing = [draft for draft in stored if _completes(draft)]
    # Also where they were before: an order that leaves a depot leaves its board.
    tell_boards_of([draft.id for draft in stored])
    touch_figures(*(draft.id for draft in stored))
    _store_orders(written, customers)
    recrewed = [draft for draft in stored if "crew" in draft.changed]
    _clear(CrewMember, recrewed)
    _add_crews([*recrewed, *new])
    retagged = [draft for draft in stored if "tags" in draft.changed]
    _clear(OrderTag, retagged)
    tagged = [*retagged, *new]
    insert_many(OrderTag, [{"order_id": draft.id, "tag": tag} for draft in tagged for tag in draft.state["tags"]])
    insert_many(StatusChange, [step for draft in written for step in _history(draft, now)])
    _snapshot_names(completing)
    touch_figures(*(draft.id for draft in written))
    tell_boards_of([draft.id for draft in written])


def _store_customers(customers: Customers) -> None:
    parties: list[tuple[str | None, Party]] = [*customers.named.items()]
    parties += [(None, party) for party in customers.private.values()]
    new = [(ref, party) for ref, party in parties if party.id is None]
    changed = [party for _, party in parties if party.changed and party.id is not None]
    _update(Customer, [{"id": party.id, **party.contact} for party in changed])
    for (_, party), customer_id in zip(new, new_ids(Customer, len(new)), strict=True):
        party.id = customer_id
    insert_many(Customer, [{"id": party.id, "ref": ref, "is_demo": False, **party.contact} for ref, party in new])


def _customer_id(draft: Draft, customers: Customers) -> int | None:
    ref = draft.state["customer"]
    party = customers.private.get(draft.ref) if ref is None else customers.named.get(ref)
    if party is not None:
        return party.id
    return None if "customer" in draft.changed else draft.customer_id


def _is_written(draft: Draft, customers: Customers) -> bool:
    return draft.id is None or bool(draft.changed) or _customer_id(draft, customers) != draft.customer_id


def _completes(draft: Draft) -> bool:
    return bool(draft.state["status"] == COMPLETED and (draft.id is None or "status" in draft.changed))


def _store_orders(written: Sequence[Draft], customers: Customers) -> None:
    depots = add_missing.depots({draft.state["depot"] for draft in written} - {None})
    new = [draft for draft in written if draft.id is None]
    added, kept = [], []
    ids = iter(new_ids(Order, len(new)))
    for draft in written:
        state = draft.state
        depot_id, depot_name = depots[state["depot"]] if state["depot"] is not None else (None, None)
        if _completes(draft):
            state["depot_name"] = depot_name
        row = {name: state[name] for name in STATE}
        row["customer_id"], row["depot_id"] = _customer_id(draft, customers), depot_id
        if draft.id is None:
            row["id"] = draft.id = next(ids)
            row["ref"], row["token"], row["is_test"], row["is_demo"] = draft.ref, new_link(), False, False
            added.append(row)
        else:
            kept.append({**row, "id": draft.id})
    insert_many(Order, added)
    _update(Order, kept)


def _add_crews(drafts: Sequence[Draft]) -> None:
    names: dict[str, str | None] = {}
    for draft in drafts:
        for ref in draft.state["crew"]:
            names[ref] = draft.driver_name or names.get(ref)
    drivers = add_missing.drivers(names)
    members = []
    for draft in drafts:
        for position, ref in enumerate(draft.state["crew"]):
            driver_id, name = drivers[ref]
            name = draft.driver_name or name
            members.append({"order_id": draft.id, "driver_id": driver_id, "position": position, "driver_name": name})
    insert_many(CrewMember, members)


def _history(draft: Draft, now: datetime) -> Iterable[dict[str, Any]]:
    for status, at, reason in draft.steps:
        yield {
            "order_id": draft.id,
            "status": status,
            "at": at,
            "recorded_at": now,
            "reason": reason,
            "actor": ACTOR,
        }


def _snapshot_names(drafts: Sequence[Draft]) -> None:
    """Crews of orders that came in earlier keep the names their drivers have at completion."""
    if drafts:
        name = select(Driver.name).where(Driver.id == CrewMember.driver_id).scalar_subquery()
        of_these = CrewMember.order_id.in_([draft.id for draft in drafts])
        session().execute(update(CrewMember).where(of_these).values(driver_name=name), execution_options=PLAIN)


def _update(model: type[Order] | type[Customer], rows: Sequence[dict[str, Any]]) -> None:
    """Set the columns of rows that all have the same ones, by id."""
    if rows:
        values: dict[str, Any] = {name: bindparam(f"to_{name}") for name in rows[0] if name != "id"}
        renamed = [{f"to_{name}": value for name, value in row.items()} for row in rows]
        statement = update(model).where(model.id == bindparam("to_id")).values(values)
        session().connection().execute(statement, renamed)


def _clear(model: type[CrewMember] | type[OrderTag], drafts: Sequence[Draft]) -> None:
    if drafts:
        theirs = model.order_id.in_([draft.id for draft in drafts])
        session().execute(delete(model).where(theirs), execution_options=PLAIN)
