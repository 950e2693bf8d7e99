"""A worker that is killed while it writes a file: another begins anew, and the file holds each comment once.

It takes seconds because the process is a real one, and must be at work for long enough to be killed.
"""

import csv
import os
import signal
from datetime import timedelta
from pathlib import Path

from flask import Flask
from sqlalchemy import insert, select, text, update

from cxweb.actions.request_export import request_export
from cxweb.analytics.filters import ReportFilter
from cxweb.core import clock
from cxweb.core.db import db, dialect_name, session, transaction
from cxweb.jobs.exports import resume
from cxweb.orders.models import Order
from cxweb.ratings.models import Rating
from cxweb.reports.filters import ExportChoice
from cxweb.reports.models import FeedbackExport, StaffMail
from tests.factories import Factory
from tests.servers import Processes, wait_for

COMMENTS = 15_000


def rated(count: int) -> None:
    """So many completed orders with a comment each."""
    now = clock.now()
    order = {"status": "completed", "completed_at": now, "created_at": now, "eligible": True}
    said = {"stars": 4, "comment": "Merci à vous", "answered_at": now, "updated_at": now}
    with transaction() as opened:
        orders = [{"id": n, "ref": f"A-{n}", "token": f"{n:022}", **order} for n in range(1, count + 1)]
        opened.execute(insert(Order), orders)
        opened.execute(insert(Rating), [{"order_id": n, **said} for n in range(1, count + 1)])
        if dialect_name() == "postgresql":
            # It does so itself within a minute. Until then it may believe the tables as empty as the test before left
            # them, and join row by row for 25 seconds.
            opened.execute(text('ANALYZE "order", rating'))


def export() -> FeedbackExport:
    db.session.remove()
    return session().scalars(select(FeedbackExport)).one()


def test_a_killed_worker_is_followed_and_nothing_is_doubled(
    app: Flask, make: Factory, processes: Processes, tmp_path: Path
) -> None:
    rated(COMMENTS)
    worker = processes.start("work")
    choice = ExportChoice(ReportFilter(), format="csv", sheet="comments")
    request_export(choice, COMMENTS, "comments.csv", "en", make.user("relations"))
    wait_for(lambda: export().rows_done > 0, 20)
    children = Path(f"/proc/{worker.pid}/task/{worker.pid}/children").read_text(encoding="ascii").split()
    for child in children:
        os.kill(int(child), signal.SIGKILL)
    wait_for(lambda: not Path(f"/proc/{children[0]}").exists())
    assert export().state == "building"
    with transaction() as opened:
        # As if the lease's time had passed.
        past = clock.now() - timedelta(minutes=1)
        opened.execute(update(FeedbackExport).values(lease_until=past, created_at=past))
    resume()
    wait_for(lambda: export().state == "ready", 20)
    (file,) = (tmp_path / "exports").glob("*.csv")
    with file.open(encoding="utf-8-sig", newline="") as stream:
        refs = [row[1] for row in csv.reader(stream)][2:]
    assert len(refs) == len(set(refs)) == COMMENTS
    assert export().attempts == 2
    assert len(session().scalars(select(StaffMail)).all()) == 1
