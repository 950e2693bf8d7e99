"""Finds the messages that are due, asks RQ for them, and names those that this process must send itself."""

from datetime import timedelta

from sqlalchemy import update

from cxweb.core import clock
from cxweb.core.db import session, transaction
from cxweb.core.queue import enqueue_now
from cxweb.notifications.models import Notification
from cxweb.notifications.queries import due

JOB = "cxweb.jobs.notifications.send"
# As many as a job gets, and as many as the sweeper sends itself before it looks again.
BATCH, OWN_BATCH = 500, 50
# What RQ has not taken after this is sent by the sweeper.
PATIENCE = timedelta(seconds=4)
# RQ is asked again after this, in case Redis lost its memory while a long queue waits.
FORGOTTEN = timedelta(minutes=5)


def sweep_notifications() -> list[int]:
    """The ids of the messages to be sent by whoever called: those RQ did not take, oldest first."""
    now = clock.now()
    late = list(session().scalars(due(now, asked_before=now - PATIENCE).limit(OWN_BATCH)))
    if session().scalar(due(now, asked_before=now - FORGOTTEN, or_never=True).limit(1)) is None:
        # An idle sweeper takes no lock on the database.
        return late
    with transaction():
        chosen = due(now, asked_before=now - FORGOTTEN, or_never=True).limit(BATCH).with_for_update(skip_locked=True)
        ids = list(session().scalars(chosen))
        session().execute(update(Notification).where(Notification.id.in_(ids)).values(asked_at=now))
    if ids and not enqueue_now("messages", JOB, ids):
        return ids[:OWN_BATCH]
    return late
