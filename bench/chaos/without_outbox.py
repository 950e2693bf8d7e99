"""The product without its outbox, to show that a run tells: the completion is committed, then RQ is asked to message.

No row says that a message is due, and the run starts no sweeper.
"""

import sys
from types import ModuleType
from typing import Any

from sqlalchemy import select

from cxweb.actions.steps import move_order
from cxweb.actions.steps.outbox import write_completed
from cxweb.company.queries import settings_now
from cxweb.core import clock
from cxweb.core.db import session, transaction
from cxweb.core.queue import enqueue
from cxweb.jobs import notifications
from cxweb.notifications.models import Notification
from cxweb.orders.models import Order

# The worker runs functions of cxweb.jobs only.
JOB = "cxweb.jobs.plain"


def apply() -> None:
    module = ModuleType(JOB)
    send.__module__ = JOB
    module.__dict__["send"] = send
    sys.modules[JOB] = module
    move_order.__dict__["write_completed"] = ask


def ask(order: Order, *_rest: Any) -> None:
    """In the place of writing the messages: RQ's queue is all that knows of them."""
    enqueue("messages", f"{JOB}.send", order.id)


def send(order_id: int) -> None:
    with transaction() as opened:
        write_completed(opened.get_one(Order, order_id), settings_now(), clock.now())
    notifications.send(list(session().scalars(select(Notification.id).where(Notification.order_id == order_id))))
