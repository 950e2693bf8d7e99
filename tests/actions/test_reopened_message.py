"""An order that is reopened and completed again before its message leaves: one message, neither none nor two."""

from flask import Flask
from sqlalchemy import select

from cxweb.actions.send_notifications import send_notifications
from cxweb.core.db import session
from cxweb.notifications.models import MailboxMessage, Notification
from tests.factories import Factory


def only() -> Notification:
    return session().scalars(select(Notification)).one()


def test_a_message_dropped_while_the_order_stood_reopened_leaves_after_the_next_completion(
    app: Flask, make: Factory
) -> None:
    make.completed("A-1", notify="email", customer={"email": "zoe@example.com"})
    make.order("A-1", status="arrived")
    send_notifications([only().id])
    assert (only().state, only().reason) == ("suppressed", "not_completed")
    make.order("A-1", status="completed")
    assert (only().state, only().reason) == ("pending", None)
    send_notifications([only().id])
    assert only().state == "sent"
    make.order("A-1", status="arrived")
    make.order("A-1", status="completed")
    send_notifications([only().id])
    assert len(list(session().scalars(select(MailboxMessage)))) == 1
