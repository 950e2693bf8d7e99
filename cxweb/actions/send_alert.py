"""Sends one alert of a low rating: claim it with a lease, call the gateway with no transaction open, finish it."""

import time

from flask import current_app

from cxweb.actions.steps.alert_lease import AlertLease, claim_alert, finish_alert
from cxweb.actions.steps.reach_staff import reach_staff
from cxweb.boards.messages import low_rating
from cxweb.company.queries import settings_now
from cxweb.core import clock
from cxweb.core.db import transaction
from cxweb.core.senders.protocol import Message, Outcome
from cxweb.notifications.rules import TIME_OUT


def send_alert(alert_id: int) -> None:
    """Send the alert if it is due, still true and within the day's cap; what becomes of it is written on its row."""
    until = time.monotonic() + TIME_OUT.total_seconds()
    with transaction():
        lease = claim_alert(alert_id, settings_now(), clock.now())
    if lease is None:
        return
    outcome = _deliver(lease, until)
    with transaction():
        finish_alert(lease, outcome, clock.now())


def _deliver(lease: AlertLease, until: float) -> Outcome:
    def build() -> Message:
        return low_rating(lease.facts, settings_now(), current_app.config["CXWEB"].base_url)

    return reach_staff(lease.facts.ref, lease.facts.recipient, build, until, in_doubt=lease.in_doubt)
