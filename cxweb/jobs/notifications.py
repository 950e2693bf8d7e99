"""The jobs that send messages."""

from cxweb.actions.send_notifications import send_notifications
from cxweb.actions.sweep_notifications import sweep_notifications


def send(ids: list[int]) -> None:
    send_notifications(ids)


def sweep() -> None:
    send_notifications(sweep_notifications())
