"""Deletes the files of exports once they are no longer kept, and what a process that died left half written."""

import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import delete, select

from cxweb.actions.steps.export_folder import export_folder, kept_file
from cxweb.core import clock
from cxweb.core.db import session, transaction
from cxweb.reports.models import FeedbackExport

# Nobody writes one file for longer.
LONGEST_WRITING = timedelta(days=1)


def prune_exports() -> int:
    """Delete what is over, first the rows and then the files; how many rows. May run twice at once."""
    now = clock.now()
    over = FeedbackExport.expires_at <= now
    gone = 0
    if session().scalar(select(FeedbackExport.id).where(over).limit(1)) is not None:
        with transaction() as opened:
            gone = int(opened.execute(delete(FeedbackExport).where(over)).rowcount)  # type: ignore[attr-defined]
    ready = session().scalars(select(FeedbackExport).where(FeedbackExport.state == "ready"))
    kept = {kept_file(export).name for export in ready}
    for file in export_folder().iterdir():
        if file.name not in kept and _age(file, now) > LONGEST_WRITING:
            _remove(file)
    return gone


def _age(file: Path, now: datetime) -> timedelta:
    try:
        return now - datetime.fromtimestamp(file.stat().st_mtime, UTC)
    except FileNotFoundError:
        return timedelta(0)


def _remove(file: Path) -> None:
    if file.is_dir():
        shutil.rmtree(file, ignore_errors=True)
    else:
        file.unlink(missing_ok=True)
