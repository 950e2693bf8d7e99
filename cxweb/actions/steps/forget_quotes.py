"""Takes away what may quote an erased person without belonging to them: kept answers, uploads, exports."""

import json
from collections.abc import Collection
from contextlib import suppress
from pathlib import Path

from flask import current_app
from sqlalchemy import Text, cast, delete, or_, select, update

from cxweb.core.db import Base, session
from cxweb.privacy.rules import LOOSE, LOOSE_FOLDERS
from cxweb.reports.models import FeedbackExport
from cxweb.uploads.models import Upload, UploadChange, UploadRefusal
from cxweb.uploads.queries import stored_names
from cxweb.uploads.rules import AT_WORK


def forget_quotes(texts: Collection[str]) -> None:
    """Close uploads that no job is at, and delete rows that quote a text, as it stands or as JSON writes it."""
    _close_uploads()
    _begin_exports_anew()
    written = {form for text in texts if text for form in (text, json.dumps(text)[1:-1])}
    for name, columns in LOOSE.items():
        table = Base.metadata.tables[name]
        held = [cast(table.c[column], Text) for column in columns]
        quoting = [text.contains(form, autoescape=True) for text in held for form in written]
        if quoting or not columns:
            session().execute(delete(table).where(or_(*quoting)) if quoting else delete(table))


def _close_uploads() -> None:
    """Their files and what undoing takes go; one whose rows came in stays as a line of the list."""
    over = select(Upload.id, Upload.state, Upload.dry_run).where(Upload.kept, Upload.state.not_in(AT_WORK))
    rows = session().execute(over).all()
    ids = [id_ for id_, _, _ in rows]
    for model in (UploadRefusal, UploadChange):
        session().execute(delete(model).where(model.upload_id.in_(ids)))
    session().execute(update(Upload).where(Upload.id.in_(ids)).values(kept=False))
    never = [id_ for id_, state, dry_run in rows if state == "open" or dry_run]
    session().execute(delete(Upload).where(Upload.id.in_(never)))


def _begin_exports_anew() -> None:
    """Whoever makes a file at this moment reads the state before: the lease goes, so that file is never kept."""
    under_way = update(FeedbackExport).where(FeedbackExport.state == "building")
    session().execute(under_way.values(state="waiting", lease_until=None, lease_token=None))


def forget_files() -> None:
    """Delete the files that were made from the database or sent to it, but for those a job is at, and locks."""
    data_dir: Path = current_app.config["CXWEB"].data_dir
    at_work = stored_names()
    for folder in LOOSE_FOLDERS:
        for file in (data_dir / folder).rglob("*"):
            if file.is_file() and file.suffix != ".lock" and file.name not in at_work:
                with suppress(FileNotFoundError):
                    file.unlink()
