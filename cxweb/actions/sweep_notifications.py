"""Finds the messages that are due, asks RQ for them, and names those that this process must send itself."""

from datetime import datetime, timedelta

from sqlalchemy import update

from cxweb.core import clock
from cxweb.core.db import session, transaction
from cxweb.core.queue import enqueue_now
from cxweb.notifications.models import CHANNELS, Notification
from cxweb.notifications.queries import due

JOB = "cxweb.jobs.notifications.send"
# As many as a job gets, as many as RQ is asked for at a time, and as many as the sweeper sends itself before it looks
# again.
BATCH, MOST_ASKED, OWN_BATCH = 500, 10_000, 50
# What RQ has not taken after this is sent by the sweeper.
PATIENCE = timedelta(seconds=4)
# RQ is asked again after this, in case Redis lost its memory while a long queue waits.
FORGOTTEN = timedelta(minutes=5)


def sweep_notifications() -> list[int]:
    """The ids of the messages to be sent by whoever called: those RQ did not take, oldest first."""
    now = clock.now()
    mine: list[int] = []
    for channel in CHANNELS:
        # A job for each channel: a gateway that hangs holds up the other's messages no longer than its own job.
        mine += session().scalars(due(now, channel, asked_before=now - PATIENCE).limit(OWN_BATCH))
        asked = _ask(channel, now)
        jobs = [asked[start : start + BATCH] for start in range(0, len(asked), BATCH)]
        if not all(enqueue_now("messages", JOB, ids) for ids in jobs):
            mine += asked[:OWN_BATCH]
    return mine


def _ask(channel: str, now: datetime) -> list[int]:
    """The next messages that RQ is to be asked for, marked as such. An idle sweeper takes no lock on the database."""
    unasked = due(now, channel, asked_before=now - FORGOTTEN, or_never=True).limit(MOST_ASKED)
    if session().scalar(unasked.limit(1)) is None:
        return []
    with transaction():
        ids = list(session().scalars(unasked.with_for_update(skip_locked=True)))
        session().execute(update(Notification).where(Notification.id.in_(ids)).values(asked_at=now))
    return ids
