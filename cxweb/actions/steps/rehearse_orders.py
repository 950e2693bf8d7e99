"""Runs an import of orders without writing: what a batch would have stored is kept aside for the next ones."""

from collections.abc import Sequence
from datetime import datetime
from types import TracebackType
from typing import Self

from cxweb.actions.steps.draft_customers import draft_customers
from cxweb.actions.steps.leave_out_erased import rows_without_erased
from cxweb.actions.steps.take_orders import Taken, act, look_up
from cxweb.imports.customer_plan import Party
from cxweb.imports.mapping import Mapping
from cxweb.imports.order_plan import Draft
from cxweb.imports.order_rows import OrderRow
from cxweb.imports.rehearsal import Rehearsal


class OrderRehearsal:
    """What the batches so far would have stored."""

    def __init__(self) -> None:
        self._drafts: Rehearsal[Draft] = Rehearsal()
        self._named: Rehearsal[Party] = Rehearsal()
        self._private: Rehearsal[Party] = Rehearsal()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for told in (self._drafts, self._named, self._private):
            told.close()

    def take(self, rows: Sequence[OrderRow], mapping: Mapping, last_id: int, now: datetime) -> Taken:
        """What would become of the rows after the batches before."""
        refs = {row.ref for row in rows}
        drafts = look_up(refs, mapping, last_id, lock=False) | self._drafts.recall(refs)
        rows = rows_without_erased(rows, drafts)
        customers = draft_customers(rows, drafts, mapping.contact_of_new, all_ages=True)
        named = {draft.state["customer"] for draft in drafts.values()} | {row.fields.get("customer") for row in rows}
        customers.named |= self._named.recall(ref for ref in named if ref is not None)
        customers.private |= self._private.recall(refs)
        taken = act(rows, drafts, customers, mapping, now)
        self._drafts.tell(drafts.items())
        self._named.tell(customers.named.items())
        self._private.tell(customers.private.items())
        return taken
