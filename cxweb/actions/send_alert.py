"""Sends one alert of a low rating: claim it with a lease, call the gateway with no transaction open, finish it."""

import logging
import time

from flask import current_app

from cxweb.actions.steps.alert_lease import AlertLease, claim_alert, finish_alert
from cxweb.boards.messages import low_rating
from cxweb.company.queries import settings_now
from cxweb.core import clock
from cxweb.core.db import transaction
from cxweb.core.senders.gateways import gateway
from cxweb.core.senders.local_mailbox import LocalMailbox
from cxweb.core.senders.protocol import InDoubt, Outcome, RefusedForGood, SendAgain, told
from cxweb.notifications.rules import TIME_OUT

log = logging.getLogger(__name__)


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
    settings = current_app.config["CXWEB"]
    sender = gateway(settings, "email", leaves=True)
    if isinstance(sender, LocalMailbox):
        # Nobody would read it there: the board and the first screen show the rating anyway.
        return RefusedForGood("no_gateway")
    try:
        if lease.in_doubt:
            known = sender.after_doubt(lease.facts.ref, until)
            if not isinstance(known, SendAgain):
                return known
        return sender.send(low_rating(lease.facts, settings_now(), settings.base_url), until)
    except Exception as error:
        # What a gateway's code did before it broke is not known.
        log.exception("the gateway broke at alert %s", lease.alert_id)
        return InDoubt(told(error, lease.facts.recipient))
