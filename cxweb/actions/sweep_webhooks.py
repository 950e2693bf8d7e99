"""Finds the endpoints at which events are due, asks RQ for them, and names those that this process must post itself."""

from datetime import timedelta

from sqlalchemy import update

from cxweb.core import clock
from cxweb.core.db import transaction
from cxweb.core.queue import enqueue_now
from cxweb.webhooks.models import WebhookEndpoint
from cxweb.webhooks.queries import waiting_endpoints

JOB = "cxweb.jobs.webhooks.send"
# Where nobody has begun after this, or went on for as long, the sweeper posts by itself: RQ's workers are away or busy.
PATIENCE = timedelta(seconds=15)


def sweep_webhooks() -> list[int]:
    """The ids of the endpoints to be served by whoever called."""
    now = clock.now()
    mine, asked = [], []
    for endpoint_id, asked_at in waiting_endpoints(now):
        if asked_at is not None:
            mine += [endpoint_id] if asked_at <= now - PATIENCE else []
        elif enqueue_now("work", JOB, endpoint_id):
            asked.append(endpoint_id)
        else:
            mine.append(endpoint_id)
    if asked:
        with transaction() as opened:
            opened.execute(update(WebhookEndpoint).where(WebhookEndpoint.id.in_(asked)).values(asked_at=now))
    return mine
