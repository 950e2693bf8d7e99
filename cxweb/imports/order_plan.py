"""Decides what each row does to its order, on plain facts; the writing comes after."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from cxweb.imports.customer_plan import NO_ID_YET, Customers
from cxweb.imports.order_rows import OrderRow
from cxweb.imports.refusals import RefusedRow
from cxweb.orders.rules import COMPLETED, PLANNED, ForbiddenTransition, MissingReason, check_move

FIXED = ("depot", "crew", "channel", "tags")
# What an order is before anything is known of it. `depot` and `customer` are refs, `crew` and `tags` tuples.
BLANK: Mapping[str, Any] = {
    "status": PLANNED,
    "reason": None,
    "channel": "delivery",
    "route": None,
    "promised_from": None,
    "promised_to": None,
    "eta": None,
    "address_line": None,
    "postcode": None,
    "city": None,
    "notify": None,
    "completed_at": None,
    "eligible": False,
    "depot_name": None,
    "depot": None,
    "customer": None,
    "crew": (),
    "tags": (),
}


@dataclass(slots=True)
class Draft:
    """An order as it will stand: its row's id where it has one, its state, and what of it must be written."""

    ref: str
    id: int | None
    # Whether it was there when the run began.
    existed: bool
    state: dict[str, Any]
    is_test: bool = False
    # The id of its customer as stored, with or without a ref.
    customer_id: int | None = None
    changed: set[str] = field(default_factory=set)
    # Steps of its history to be added: status, instant, reason.
    steps: list[tuple[str, datetime, str | None]] = field(default_factory=list)
    driver_name: str | None = None
    # What the fields that changed were before.
    former: dict[str, Any] = field(default_factory=dict)


class OrderPlan:
    """The drafts of one batch, by ref, and what its rows do to them."""

    def __init__(
        self, drafts: dict[str, Draft], customers: Customers, defaults: Mapping[str, Any], now: datetime
    ) -> None:
        """`defaults` are the fields of a new order that no column gives."""
        self.drafts = drafts
        self.customers = customers
        self._blank = {**BLANK, **defaults}
        self._now = now

    def take(self, row: OrderRow) -> str:
        """Let the row change its draft; whether the row is imported, updated or unchanged. Raises RefusedRow."""
        draft = self.drafts.get(row.ref)
        if draft is None:
            draft = self.drafts[row.ref] = self._new(row)
            changed = True
        else:
            changed = self._change(draft, row)
        age = (draft.state["created_at"], NO_ID_YET if draft.id is None else draft.id)
        changed = self.customers.take(draft.state["customer"], row.ref, row.contact, age) or changed
        if not draft.existed:
            return "imported"
        return "updated" if changed else "unchanged"

    def _new(self, row: OrderRow) -> Draft:
        state = {**self._blank, **row.fields}
        status, completed_at = state["status"], state["completed_at"]
        created_at = state.setdefault("created_at", min(completed_at or self._now, self._now))
        draft = Draft(row.ref, None, existed=False, state=state, driver_name=row.driver_name)
        draft.steps.append((PLANNED, created_at, None))
        if status != PLANNED:
            # The file does not say when it set out or was cancelled; it was not before it was created.
            draft.steps.append((status, completed_at or created_at, state["reason"]))
        state["eligible"] = status == COMPLETED
        return draft

    def _change(self, draft: Draft, row: OrderRow) -> bool:
        state = draft.state
        changed = {name: value for name, value in row.fields.items() if state[name] != value}
        if "completed_at" in row.fallbacks and state["status"] == COMPLETED:
            # A guess never replaces what is known.
            changed.pop("completed_at", None)
        if not changed:
            return False
        if state["status"] == COMPLETED:
            for name in FIXED:
                if name in changed:
                    field = "driver_ref" if name == "crew" else name
                    raise RefusedRow(f"{field} is fixed by completion", "fixed", field)
        if "status" in changed:
            self._move(draft, row, changed)
        elif changed.get("completed_at") is not None:
            draft.steps.append((COMPLETED, changed["completed_at"], None))
        for name in changed:
            draft.former.setdefault(name, state[name])
        state.update(changed)
        draft.changed.update(changed)
        if "crew" in changed:
            draft.driver_name = row.driver_name
        return True

    def _move(self, draft: Draft, row: OrderRow, changed: dict[str, Any]) -> None:
        wanted, reason = changed["status"], row.fields.get("reason")
        try:
            check_move(draft.state["status"], wanted, reason)
        except ForbiddenTransition as error:
            raise RefusedRow(f"status {error} is not allowed", "forbidden_move", "status") from error
        except MissingReason as error:
            raise RefusedRow("reopening a completed order needs a reason", "no_reason", "reason") from error
        draft.steps.append((wanted, changed.get("completed_at") or self._now, reason))
        changed["reason"] = reason
        changed["eligible"] = wanted == COMPLETED and not draft.is_test
