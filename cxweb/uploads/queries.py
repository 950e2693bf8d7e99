"""Reading uploads, their refused rows, and saved mappings."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from sqlalchemy import func, select

from cxweb.core.db import session
from cxweb.core.paging import Page, decode, encode
from cxweb.uploads.models import SavedMapping, Upload, UploadChange, UploadRefusal
from cxweb.uploads.rules import AT_WORK, UnknownUpload

# A job that was asked for so long ago and has not begun is asked for once more.
ASK_AGAIN = timedelta(seconds=30)
PAGE = 25
AT_ONCE = 1000
# A batch takes a second or two: after so long without one nobody is at it, or it waits behind too much.
STILL_TOO_LONG = timedelta(minutes=5)


def by_id(upload_id: int, *, lock: bool = False) -> Upload:
    """Raises UnknownUpload."""
    found = select(Upload).where(Upload.id == upload_id)
    upload = session().scalars(found.with_for_update() if lock else found).one_or_none()
    if upload is None:
        raise UnknownUpload
    return upload


def latest(cursor: str | None = None) -> Page[Upload]:
    """A page of uploads, the newest first. Raises BadCursor."""
    found = select(Upload).order_by(Upload.id.desc()).limit(PAGE + 1)
    if cursor:
        (before,) = decode(cursor, 1)
        found = found.where(Upload.id < before)
    rows = session().scalars(found).all()
    return Page(rows[:PAGE], encode((rows[PAGE - 1].id,)) if len(rows) > PAGE else None)


def is_empty() -> bool:
    """Whether nothing was ever uploaded."""
    return session().scalar(select(Upload.id).limit(1)) is None


def unattended(now: datetime) -> Sequence[Upload]:
    """Uploads that a job should be at; whether one is at it shows by its lock."""
    asked = Upload.asked_at.is_(None) | (Upload.asked_at < now - ASK_AGAIN)
    return session().scalars(select(Upload).where(Upload.state.in_(AT_WORK), asked).order_by(Upload.id)).all()


def stuck(now: datetime) -> Sequence[Upload]:
    """Imports, trials and undoings that have not come further for too long."""
    still = (Upload.state.in_(AT_WORK), Upload.moved_at < now - STILL_TOO_LONG)
    return session().scalars(select(Upload).where(*still).order_by(Upload.id)).all()


def refusals(upload_id: int, size: int) -> Sequence[UploadRefusal]:
    """The first refused rows of an upload."""
    found = select(UploadRefusal).where(UploadRefusal.upload_id == upload_id)
    return session().scalars(found.order_by(UploadRefusal.line, UploadRefusal.id).limit(size)).all()


def all_refusals(upload_id: int) -> Iterator[UploadRefusal]:
    """Every refused row of an upload by its line, a thousand in memory at a time."""
    line, last = 0, 0
    while True:
        after = (UploadRefusal.line > line) | ((UploadRefusal.line == line) & (UploadRefusal.id > last))
        found = select(UploadRefusal).where(UploadRefusal.upload_id == upload_id, after)
        rows = session().scalars(found.order_by(UploadRefusal.line, UploadRefusal.id).limit(AT_ONCE)).all()
        yield from rows
        if len(rows) < AT_ONCE:
            return
        line, last = rows[-1].line, rows[-1].id


def changed_count(upload_id: int) -> int:
    """How many changes of an upload could be undone."""
    return session().scalar(select(func.count()).where(UploadChange.upload_id == upload_id)) or 0


def saved_mappings(kind: str | None = None) -> Sequence[SavedMapping]:
    """Saved mappings by name."""
    found = select(SavedMapping).order_by(SavedMapping.name)
    return session().scalars(found.where(SavedMapping.kind == kind) if kind else found).all()


def saved_by_name(name: str) -> SavedMapping | None:
    return session().scalars(select(SavedMapping).where(SavedMapping.name == name)).one_or_none()


def saved_by_id(mapping_id: int) -> SavedMapping:
    """Raises UnknownUpload."""
    found = session().get(SavedMapping, mapping_id)
    if found is None:
        raise UnknownUpload
    return found


def over_before(at: datetime, came_before: datetime | None) -> Sequence[Upload]:
    """Uploads with a file that no job is at, and that nobody has touched since then or that came before an instant."""
    over = func.coalesce(Upload.ended_at, Upload.created_at) < at
    if came_before is not None:
        over |= Upload.created_at < came_before
    return session().scalars(select(Upload).where(Upload.kept, Upload.state.not_in(AT_WORK), over)).all()


def stored_names() -> set[str]:
    """The names in the data folder that an upload still needs: its file's, and its lock's."""
    rows = session().execute(select(Upload.stored_as, Upload.id).where(Upload.kept)).all()
    return {name for name, _ in rows} | {f"{upload_id}.lock" for _, upload_id in rows}
