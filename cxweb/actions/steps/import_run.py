"""What both imports share: reading rows within a run's tally, and the run's entry in the audit log."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol, TypeVar

from cxweb.core.audit import record
from cxweb.core.db import transaction
from cxweb.imports.refusals import Refusal, RefusedRow
from cxweb.imports.table import Row
from cxweb.imports.tally import OUTCOMES, Tally

T_co = TypeVar("T_co", covariant=True)
# Called with what is done and the whole, in the same unit.
Progress = Callable[[int, int], None]
BATCH = 1000
ACTOR = "import"


def no_progress(done: int, whole: int) -> None:
    """Nobody watches."""


class Reader(Protocol[T_co]):
    """Reads a row of one kind of file."""

    def ref(self, row: Row) -> str: ...

    def where(self, row: Row, field: str) -> tuple[str, str]: ...

    def read(self, row: Row) -> T_co: ...


def read_rows(rows: Sequence[Row], reader: Reader[T_co], tally: Tally) -> tuple[list[T_co], list[Refusal]]:
    """The rows that can be read, and the refusals of those that cannot; empty ones are skipped."""
    read, refusals = [], []
    for row in rows:
        if row.empty:
            tally.skipped += 1
            continue
        try:
            read.append(reader.read(row))
        except RefusedRow as error:
            column, value = reader.where(row, error.field)
            refusals.append(Refusal(row.line, reader.ref(row), str(error), error.problem, column, value))
    return read, refusals


@contextmanager
def recorded_run(kind: str, file: Path, tally: Tally, dry_run: bool) -> Iterator[None]:
    """Enter the run into the audit log when it ends, however it ends: its batches are in the database by then."""
    complete = False
    try:
        yield
        complete = True
    finally:
        if not dry_run:
            counts = {outcome: tally.counts[outcome] for outcome in OUTCOMES}
            with transaction():
                record(ACTOR, f"{kind}.imported", f"file:{file.name}", complete=complete, **counts)
