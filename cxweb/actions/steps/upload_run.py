"""A run of an upload's import: its beginning, each batch's mark of how far it has come, and its end."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import delete, func, select, update

from cxweb.actions.steps.insert_many import insert_many
from cxweb.actions.steps.take_orders import last_order_id
from cxweb.company.models import Depot
from cxweb.core import clock, kept_files
from cxweb.core.audit import record
from cxweb.core.db import session
from cxweb.imports.mapping import Mapping, mapping_of
from cxweb.imports.refusals import CannotImport, Refusal
from cxweb.imports.tally import OUTCOMES, Tally
from cxweb.orders.models import Customer, Driver
from cxweb.uploads.models import Upload, UploadRefusal
from cxweb.uploads.queries import by_id

FOLDER = "uploads"
# So many runs in a row may end before they have stored anything.
MOST_STUCK = 10


class Overtaken(Exception):
    """The upload is another run's by now, or nobody's: this one may write nothing more."""


@dataclass
class Run:
    """The facts a run works on. `now` is the instant of the import's first beginning, whatever happened since."""

    upload_id: int
    number: int
    kind: str
    file: Path
    file_name: str
    mapping: dict[str, Any]
    dry_run: bool
    send: bool
    now: datetime
    last_order_id: int
    batches: int
    tally: Tally

    def read_mapping(self) -> Mapping:
        """Raises CannotImport."""
        return mapping_of(self.mapping, self.kind)


def stored_file(upload: Upload) -> Path:
    """Where the upload's file lies."""
    return kept_files.folder(FOLDER) / upload.stored_as


def lock_of(upload_id: int) -> Path:
    """The file whose lock the process holds that is at work on the upload."""
    return kept_files.folder(FOLDER) / f"{upload_id}.lock"


def begin(upload_id: int) -> Run | None:
    """Start the next run of an upload that waits for one, in the open transaction; None where none is wanted."""
    upload = by_id(upload_id, lock=True)
    if upload.state not in ("queued", "running"):
        return None
    if upload.started_at is None:
        upload.started_at = clock.now()
        upload.before = {"order": last_order_id(), **{model.__tablename__: _greatest(model) for model in MADE}}
    stuck = upload.before.get("stuck", 0) + 1 if upload.before.get("batches") == upload.batches else 0
    upload.before = {**upload.before, "batches": upload.batches, "stuck": stuck}
    if stuck > MOST_STUCK:
        # Whatever broke each of these runs would break the next one too.
        upload.state, upload.problem, upload.ended_at = "failed", "stuck", clock.now()
        return None
    if upload.dry_run:
        # What a dry run has learnt is gone with its process.
        upload.batches, upload.tally, upload.done = 0, {}, 0
        session().execute(delete(UploadRefusal).where(UploadRefusal.upload_id == upload_id))
    upload.state, upload.run, upload.asked_at = "running", upload.run + 1, None
    return Run(
        upload_id=upload.id,
        number=upload.run,
        kind=upload.kind,
        file=stored_file(upload),
        file_name=upload.file_name,
        mapping=upload.mapping,
        dry_run=upload.dry_run,
        send=upload.send,
        now=upload.started_at,
        last_order_id=upload.before["order"],
        batches=upload.batches,
        tally=Tally.from_stored(upload.tally),
    )


MADE: tuple[type[Customer | Driver | Depot], ...] = (Customer, Driver, Depot)


def _greatest(model: type[Customer | Driver | Depot]) -> int:
    """The demo does not count: it goes, and its ids may come back."""
    return session().scalar(select(func.max(model.id)).where(~model.is_demo)) or 0


def hold(run: Run) -> None:
    """Lock the upload for the open transaction. Raises Overtaken where it is no longer this run's."""
    mine = select(Upload.id).where(Upload.id == run.upload_id, Upload.run == run.number, Upload.state == "running")
    if session().scalar(mine.with_for_update()) is None:
        raise Overtaken


def advance(run: Run, tally: Tally, refusals: Iterable[Refusal], batches: int, done: int, whole: int) -> bool:
    """Write how far the run has come, together with what it has done; whether somebody wants it to stop."""
    rows = [{"upload_id": run.upload_id, **_stored(refusal)} for refusal in refusals]
    insert_many(UploadRefusal, rows)
    values = {"tally": tally.stored(), "batches": batches, "done": done, "whole": whole, "moved_at": clock.now()}
    written = update(Upload).where(Upload.id == run.upload_id).values(values).returning(Upload.stop_wanted)
    return bool(session().scalar(written))


def _stored(refusal: Refusal) -> dict[str, Any]:
    # PostgreSQL takes no NUL in a text.
    texts = refusal._asdict() | {"place": refusal.column}
    del texts["column"]
    return {name: text.replace("\0", "") if isinstance(text, str) else text for name, text in texts.items()}


def end(run: Run, state: str, problem: CannotImport | None = None) -> None:
    """Write how the run has ended. Raises Overtaken where it is no longer this run's."""
    hold(run)
    upload = by_id(run.upload_id)
    upload.state, upload.stop_wanted = state, False
    if problem is not None:
        upload.problem, upload.problem_text = problem.problem, problem.detail or str(problem)
    upload.ended_at, upload.asked_at = clock.now(), None
    if state == "done":
        upload.done = upload.whole
    if not run.dry_run:
        counts = {outcome: run.tally.counts[outcome] for outcome in OUTCOMES}
        record(upload.created_by, f"{run.kind}.imported", f"upload:{run.upload_id}", state=state, **counts)
