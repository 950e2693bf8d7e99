"""Takes a batch of an import's orders in: what both the command and an upload do with its rows."""

from collections.abc import Sequence
from datetime import datetime

from cxweb.actions.steps.outbox import write_completed
from cxweb.actions.steps.store_drafts import store_drafts
from cxweb.actions.steps.take_orders import Taken, recently_completed, take_orders
from cxweb.actions.steps.upload_changes import OrderNotes
from cxweb.company.queries import settings_now
from cxweb.imports.mapping import Mapping
from cxweb.imports.order_rows import OrderRow


def store_orders(
    rows: Sequence[OrderRow], mapping: Mapping, last_id: int, now: datetime, *, send: bool, upload_id: int | None = None
) -> Taken:
    """Write what the rows say; with `send`, orders completed in the last day get their message.

    What an upload changes is noted, so that it can be undone.
    """
    taken = take_orders(rows, mapping, last_id, now)
    notes = OrderNotes(taken.drafts, taken.customers) if upload_id is not None else None
    store_drafts(taken.drafts.values(), taken.customers, now)
    if send:
        for order in recently_completed(taken.drafts.values(), now):
            write_completed(order, settings_now(), now)
    if notes is not None and upload_id is not None:
        notes.write(upload_id)
    return taken
