"""Records what a gateway told of one of its messages, or of a recipient who wants no more of them."""

from cxweb.actions.steps.apply_receipt import apply_receipt
from cxweb.core import clock
from cxweb.core.db import transaction
from cxweb.core.senders.receipts import Receipt


def record_receipt(receipt: Receipt) -> bool:
    """Whether anything in it is known here; recording it again changes nothing more."""
    with transaction():
        return apply_receipt(receipt, clock.now())
