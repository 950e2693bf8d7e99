"""Cuts an upload into portions that are stored one transaction each, the same ones in every run."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from itertools import islice

from cxweb.actions.steps.import_run import BATCH, read_rows
from cxweb.actions.steps.rehearse_orders import OrderRehearsal
from cxweb.actions.steps.store_orders import store_orders
from cxweb.actions.steps.store_ratings import choose
from cxweb.actions.steps.take_ratings import take_ratings
from cxweb.actions.steps.upload_run import Run
from cxweb.imports.mapping import ORDERS, Mapping
from cxweb.imports.order_rows import OrderReader, OrderRow
from cxweb.imports.rating_rows import RatingReader, RatingRow
from cxweb.imports.refusals import Refusal
from cxweb.imports.rows import batches, open_table
from cxweb.imports.staging import Staging
from cxweb.imports.table import Table
from cxweb.imports.tally import Outcome, Tally
from cxweb.orders.rules import SKEW

# What became of rows: outcomes of those taken, and the refused ones.
Stored = tuple[list[Outcome], list[Refusal]]


def _nothing() -> Stored:
    return [], []


@dataclass
class Portion:
    """Some rows, how they are stored, and how far the run is with them. One that is not counted stores nothing."""

    done: int
    whole: int
    store: Callable[[], Stored] = _nothing
    refusals: list[Refusal] = field(default_factory=list)
    skipped: int = 0
    counted: bool = True

    def take(self, tally: Tally) -> list[Refusal]:
        """Store it in the open transaction and count it; its refused rows."""
        outcomes, refused = self.store()
        tally.skipped += self.skipped
        tally.add(outcomes, [*self.refusals, *refused])
        return [*self.refusals, *refused]


def portions(run: Run) -> Iterator[Portion]:
    """What is left of the upload's file. Raises CannotImport."""
    mapping = run.read_mapping()
    with open_table(run.file, mapping, run.file_name) as table:
        yield from (_orders if run.kind == ORDERS else _ratings)(run, mapping, table)


def _orders(run: Run, mapping: Mapping, table: Table) -> Iterator[Portion]:
    skip, reader = run.batches, OrderReader(mapping, table.header, run.now + SKEW)
    with OrderRehearsal() as rehearsal:
        for number, batch in enumerate(batches(table, BATCH)):
            if number < skip:
                continue
            read = Tally()
            rows, refusals = read_rows(batch, reader, read)

            def store(rows: Sequence[OrderRow] = rows) -> Stored:
                if run.dry_run:
                    taken = rehearsal.take(rows, mapping, run.last_order_id, run.now)
                else:
                    taken = store_orders(
                        rows, mapping, run.last_order_id, run.now, send=run.send, upload_id=run.upload_id
                    )
                return taken.outcomes, taken.refusals

            yield Portion(table.read(), table.size, store, refusals, read.skipped)


def _ratings(run: Run, mapping: Mapping, table: Table) -> Iterator[Portion]:
    """All rows are read first, so that an order's ratings are seen together; those that cannot be come last."""
    skip, reader, read, size = run.batches, RatingReader(mapping, table.header, run.now + SKEW), Tally(), table.size
    with closing(Staging()) as staging:
        for batch in batches(table, BATCH):
            rows, refusals = read_rows(batch, reader, read)
            staging.add(rows)
            staging.refuse(refusals)
            yield Portion(table.read(), 2 * size, counted=False)
        whole, done, number = max(len(staging), 1), 0, 0
        orders = staging.orders()
        while group := list(islice(orders, BATCH)):
            done, number = done + sum(len(ratings) for ratings in group), number + 1

            def store(group: Sequence[list[RatingRow]] = group) -> Stored:
                choices = choose(group, lock=False) if run.dry_run else take_ratings(group, run.now, run.upload_id)
                outcomes = [outcome for choice in choices for outcome in choice.outcomes()]
                return outcomes, [refusal for choice in choices for refusal in choice.refusals(mapping)]

            if number > skip:
                yield Portion(size + size * done // whole, 2 * size, store)
        number += 1
        if number > skip:
            yield Portion(2 * size, 2 * size, skipped=read.skipped)
        refused = staging.refusals()
        while unread := list(islice(refused, BATCH)):
            number += 1
            if number > skip:
                yield Portion(2 * size, 2 * size, refusals=unread)
