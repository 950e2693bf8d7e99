"""Records what the SMS gateway has sent since the last time, where it does so on a connection that we keep open."""

from flask import current_app

from cxweb.actions.steps.apply_receipt import apply_receipt
from cxweb.core import clock
from cxweb.core.db import transaction
from cxweb.core.senders.gateways import listener
from cxweb.core.senders.receipts import Receipt

LISTENER = "cxweb.listener"


def take_receipts() -> None:
    """Each in a transaction of its own; nothing where the gateway posts its receipts to /hooks, or has none."""
    if LISTENER not in current_app.extensions:
        current_app.extensions[LISTENER] = listener(current_app.config["CXWEB"])
    found = current_app.extensions[LISTENER]
    if found is not None:
        found.poll(_record)


def _record(receipt: Receipt) -> bool:
    with transaction():
        return apply_receipt(receipt, clock.now())
