"""Asks for a file that is too large to be made while somebody waits."""

import hashlib
import json

from sqlalchemy import select

from cxweb.accounts.rules import Staff
from cxweb.core import clock
from cxweb.core.audit import record
from cxweb.core.db import insert_or_leave, transaction
from cxweb.core.queue import enqueue
from cxweb.reports.filters import ExportChoice
from cxweb.reports.models import FeedbackExport
from cxweb.reports.rules import KEPT


def request_export(choice: ExportChoice, rows: int, file_name: str, language: str, by: Staff) -> int:
    """The id of the export; who asks for the same again while it is made gets the one under way.

    `rows` is what the progress is measured against. Raises ForbiddenAct.
    """
    by.require("export")
    asked, now = choice.asked(), clock.now()
    digest = hashlib.sha256(json.dumps([asked, language], sort_keys=True).encode()).hexdigest()
    with transaction() as opened:
        made = insert_or_leave(
            FeedbackExport,
            user_id=by.id,
            asked=asked,
            asked_digest=digest,
            format=choice.format,
            language=language,
            state="waiting",
            rows=rows,
            rows_done=0,
            attempts=0,
            created_at=now,
            expires_at=now + KEPT,
            file_name=file_name,
        )
        mine = select(FeedbackExport.id).where(
            FeedbackExport.user_id == by.id,
            FeedbackExport.asked_digest == digest,
            FeedbackExport.state.in_(("waiting", "building")),
        )
        export_id = opened.scalars(mine).one()
        if made:
            record(by.actor, "feedback.export_asked", f"export:{export_id}", asked=asked)
        enqueue("work", "cxweb.jobs.exports.build", export_id)
    return export_id
