"""Deletes what boards no longer need of the log of changes: one that was away for longer reads itself anew."""

from datetime import timedelta

from sqlalchemy import delete, func, select

from cxweb.boards.models import BoardChange
from cxweb.core import clock
from cxweb.core.db import session, transaction

KEPT = timedelta(days=2)


def prune_board_changes() -> int:
    """Delete the old rows; how many. The last one always stays, so that SQLite never gives its number out again."""
    newest = select(func.max(BoardChange.id)).scalar_subquery()
    old = (BoardChange.at < clock.now() - KEPT, BoardChange.id < newest)
    if session().scalar(select(BoardChange.id).where(*old).limit(1)) is None:
        return 0
    with transaction() as opened:
        return int(opened.execute(delete(BoardChange).where(*old)).rowcount)  # type: ignore[attr-defined]
