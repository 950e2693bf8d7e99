"""Finds the connectors that are to ask now, and has RQ's workers ask."""

from sqlalchemy import update

from cxweb.core import clock
from cxweb.core.db import transaction
from cxweb.core.queue import enqueue_now
from cxweb.integrations.models import Connector
from cxweb.integrations.queries import due
from cxweb.integrations.rules import EVERY

JOB = "cxweb.jobs.connectors.pull"


def claim_pulls() -> None:
    """Of two sweepers at once, one gets a turn. Without Redis it is tried again the next time: nothing there is lost,
    and the sweeper, which then sends the messages, waits for no other system."""
    now = clock.now()
    for name in due(now):
        mine = update(Connector).where(Connector.name == name)
        with transaction() as opened:
            turn = mine.where(Connector.next_pull_at <= now).values(next_pull_at=now + EVERY)
            taken = opened.execute(turn.returning(Connector.name)).first()
        if taken and not enqueue_now("work", JOB, name):
            with transaction() as opened:
                opened.execute(mine.values(next_pull_at=now))
