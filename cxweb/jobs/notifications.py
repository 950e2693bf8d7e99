"""The jobs that send messages."""

from cxweb.actions.send_notifications import send_notifications
from cxweb.actions.sweep_notifications import sweep_notifications


def send(ids: list[int]) -> None:
    send_notifications(ids)


def sweep() -> None:
    # A slow gateway may not keep the sweeper from asking RQ for what becomes due meanwhile.
    send_notifications(sweep_notifications(), longest_s=5.0)
