"""Takes back everything an upload brought in, or nothing of it while something later depends on it."""

from collections.abc import Iterator, Sequence

from sqlalchemy import delete, exists, select
from sqlalchemy.orm import aliased

from cxweb.actions.steps.undo_changes import undo_changes
from cxweb.actions.steps.upload_dependents import Dependents, dependents, refs_of
from cxweb.actions.steps.upload_run import lock_of
from cxweb.core import clock, kept_files
from cxweb.core.audit import record
from cxweb.core.batch import stopping
from cxweb.core.db import session, transaction
from cxweb.uploads.models import Upload, UploadChange
from cxweb.uploads.queries import by_id

AT_ONCE = 500
# How many refs of each kind of dependents are named.
NAMED = 5


def undo_upload(upload_id: int) -> None:
    """Undo it if nothing depends on it; else say in the upload what does. Nothing where another process is at it."""
    with kept_files.alone(lock_of(upload_id)) as mine:
        upload = by_id(upload_id)
        if not mine or upload.state != "undoing" or upload.started_at is None:
            return
        found: Dependents = {}
        for changes in _last_of_each(upload_id):
            for kind, ids in dependents(changes, upload.started_at).items():
                found.setdefault(kind, set()).update(ids)
        if found:
            with transaction():
                _refuse(by_id(upload_id, lock=True), found)
            return
        while not stopping():
            with transaction():
                if not _undo_some(by_id(upload_id, lock=True)):
                    return


def _last_of_each(upload_id: int) -> Iterator[Sequence[UploadChange]]:
    """The last change of each row, some at a time."""
    last, later = 0, aliased(UploadChange)
    same = (later.kind == UploadChange.kind, later.object_id == UploadChange.object_id)
    again = exists().where(later.upload_id == upload_id, *same, later.id > UploadChange.id)
    while True:
        found = select(UploadChange).where(UploadChange.upload_id == upload_id, UploadChange.id > last, ~again)
        changes = session().scalars(found.order_by(UploadChange.id).limit(AT_ONCE)).all()
        if not changes:
            return
        last = changes[-1].id
        yield changes


def _undo_some(upload: Upload) -> bool:
    """Undo the last of what is left; whether any is left."""
    if upload.state != "undoing" or upload.started_at is None:
        return False
    found = select(UploadChange).where(UploadChange.upload_id == upload.id).order_by(UploadChange.id.desc())
    changes: dict[tuple[str, int], UploadChange] = {}
    for change in session().scalars(found.limit(AT_ONCE)):
        if (change.kind, change.object_id) in changes:
            # Its earlier change is undone once the later one is.
            break
        changes[change.kind, change.object_id] = change
    late = dependents(changes.values(), upload.started_at)
    if late or not changes:
        _refuse(upload, late) if late else _finish(upload)
        return False
    ids = [change.id for change in changes.values()]
    undo_changes(list(changes.values()), upload.started_at, upload.before)
    session().execute(delete(UploadChange).where(UploadChange.id.in_(ids)))
    upload.done, upload.moved_at = upload.done + len(ids), clock.now()
    return True


def _refuse(upload: Upload, found: Dependents) -> None:
    why = {kind: {"count": len(ids), "refs": list(refs_of(sorted(ids)[:NAMED]))} for kind, ids in found.items()}
    upload.state, upload.dependents, upload.asked_at = upload.before["state"], why, None


def _finish(upload: Upload) -> None:
    upload.state, upload.ended_at, upload.asked_at = "undone", clock.now(), None
    record(upload.before["undone_by"], f"{upload.kind}.undone", f"upload:{upload.id}", rows=upload.whole)
