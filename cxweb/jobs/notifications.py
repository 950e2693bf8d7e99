"""The jobs that send messages."""

from cxweb.actions.send_notification import send_notification
from cxweb.actions.sweep_notifications import sweep_notifications
from cxweb.core.batch import each


def send(ids: list[int]) -> None:
    each(send_notification, ids)


def sweep() -> None:
    each(send_notification, sweep_notifications())
