"""Ratings come in from a file: of each order's the latest answer counts, in whatever order the rows stand."""

from collections.abc import Sequence
from contextlib import closing
from datetime import datetime
from itertools import islice
from pathlib import Path

from cxweb.actions.steps.find_mapping import find_mapping
from cxweb.actions.steps.import_run import BATCH, Progress, no_progress, read_rows, recorded_run
from cxweb.actions.steps.store_ratings import Choice, choose
from cxweb.actions.steps.take_ratings import take_ratings
from cxweb.core import clock
from cxweb.core.again import again, wait_for_turn_of_many
from cxweb.core.db import transaction
from cxweb.imports.mapping import RATINGS, Mapping
from cxweb.imports.rating_rows import RatingReader, RatingRow
from cxweb.imports.refusals import CannotImport
from cxweb.imports.rows import batches, open_table
from cxweb.imports.staging import Staging
from cxweb.imports.tally import Tally, tallying
from cxweb.orders.rules import SKEW

__all__ = ["CannotImport", "import_ratings"]


def import_ratings(
    file: Path,
    mapping_file: Path,
    *,
    report: Path | None = None,
    dry_run: bool = False,
    progress: Progress = no_progress,
) -> Tally:
    """Take every rating of the file in, and count what became of it. A dry run writes nothing but the report.

    `mapping_file` may also be the name of a saved mapping. The file is read to its end before anything is stored.
    Raises CannotImport.
    """
    now = clock.now()
    mapping = find_mapping(mapping_file, RATINGS)
    with (
        open_table(file, mapping) as table,
        tallying(report, file, mapping_file) as tally,
        closing(Staging()) as staging,
    ):
        reader = RatingReader(mapping, table.header, now + SKEW)
        for batch in batches(table, BATCH):
            rows, refusals = read_rows(batch, reader, tally)
            staging.add(rows)
            staging.refuse(refusals)
            progress(table.read(), 2 * table.size)
        with recorded_run(RATINGS, file, tally, dry_run):
            _store_all(staging, tally, mapping, now, dry_run, progress)
            tally.add([], staging.refusals())
    return tally


def _store_all(
    staging: Staging, tally: Tally, mapping: Mapping, now: datetime, dry_run: bool, progress: Progress
) -> None:
    whole, done = len(staging), 0
    orders = staging.orders()
    while batch := list(islice(orders, BATCH)):
        choices = choose(batch, lock=False) if dry_run else _store(batch, now)
        for choice in choices:
            tally.add(choice.outcomes(), [])
            staging.refuse(choice.refusals(mapping))
        done += sum(len(ratings) for ratings in batch)
        progress(whole + done, 2 * whole)


@again()
def _store(batch: Sequence[Sequence[RatingRow]], now: datetime) -> list[Choice]:
    with transaction():
        wait_for_turn_of_many()
        return take_ratings(batch, now)
