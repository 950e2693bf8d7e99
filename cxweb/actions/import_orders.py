"""Orders come in from a file: one transaction a batch, and every row falls in exactly one outcome."""

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from sqlalchemy.exc import IntegrityError

from cxweb.actions.steps.find_mapping import find_mapping
from cxweb.actions.steps.import_run import BATCH, Progress, no_progress, read_rows, recorded_run
from cxweb.actions.steps.rehearse_orders import OrderRehearsal
from cxweb.actions.steps.store_orders import store_orders
from cxweb.actions.steps.take_orders import Taken, last_order_id
from cxweb.core import clock
from cxweb.core.again import again, wait_for_turn_of_many
from cxweb.core.db import transaction
from cxweb.imports.mapping import ORDERS, Mapping
from cxweb.imports.order_rows import OrderReader, OrderRow
from cxweb.imports.refusals import CannotImport
from cxweb.imports.rows import batches, open_table
from cxweb.imports.tally import Tally, tallying
from cxweb.orders.rules import SKEW

__all__ = ["CannotImport", "import_orders"]


def import_orders(
    file: Path,
    mapping_file: Path,
    *,
    report: Path | None = None,
    dry_run: bool = False,
    send: bool = False,
    progress: Progress = no_progress,
) -> Tally:
    """Take every row of the file in, and count what became of it. A dry run writes nothing but the report.

    `mapping_file` may also be the name of a saved mapping. With `send`, orders completed in the last day get their
    message. Raises CannotImport.
    """
    now = clock.now()
    mapping = find_mapping(mapping_file, ORDERS)
    with open_table(file, mapping) as table, tallying(report, file, mapping_file) as tally:
        reader = OrderReader(mapping, table.header, now + SKEW)
        last_id = last_order_id()
        with OrderRehearsal() as rehearsal, recorded_run(ORDERS, file, tally, dry_run):
            for batch in batches(table, BATCH):
                rows, refusals = read_rows(batch, reader, tally)
                if dry_run:
                    taken = rehearsal.take(rows, mapping, last_id, now)
                else:
                    taken = _store(rows, mapping, last_id, now, send)
                tally.add(taken.outcomes, [*refusals, *taken.refusals])
                progress(table.read(), table.size)
    return tally


# Another program may add the same order between the look and the insert; the second look finds it.
@again(IntegrityError)
def _store(rows: Sequence[OrderRow], mapping: Mapping, last_id: int, now: datetime, send: bool) -> Taken:
    with transaction():
        wait_for_turn_of_many()
        return store_orders(rows, mapping, last_id, now, send=send)
