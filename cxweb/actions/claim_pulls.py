"""Finds the connectors that are to ask now, asks RQ for them, and names those that this process must serve itself."""

from sqlalchemy import update

from cxweb.core import clock
from cxweb.core.db import transaction
from cxweb.core.queue import enqueue_now
from cxweb.integrations.models import Connector
from cxweb.integrations.queries import due
from cxweb.integrations.rules import EVERY

JOB = "cxweb.jobs.connectors.pull"


def claim_pulls() -> list[str]:
    """The names of the connectors to be asked for by whoever called. Of two sweepers at once, one gets a turn."""
    now = clock.now()
    mine = []
    for name in due(now):
        with transaction() as opened:
            turn = update(Connector).where(Connector.name == name, Connector.next_pull_at <= now)
            taken = opened.execute(turn.values(next_pull_at=now + EVERY).returning(Connector.name)).first()
        if taken and not enqueue_now("work", JOB, name):
            mine.append(name)
    return mine
