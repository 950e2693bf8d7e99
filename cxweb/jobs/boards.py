"""The jobs of the live board: alerts of low ratings, and keeping its log short."""

from cxweb.actions.prune_board_changes import prune_board_changes
from cxweb.actions.send_alert import send_alert
from cxweb.boards.queries import due_alerts
from cxweb.core import clock
from cxweb.core.batch import each


def send_alerts() -> None:
    each(send_alert, due_alerts(clock.now()))


def prune() -> None:
    prune_board_changes()
