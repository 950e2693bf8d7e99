"""An endpoint is switched off, or on again."""

from cxweb.accounts.rules import Acting
from cxweb.core import clock
from cxweb.core.audit import record
from cxweb.core.db import transaction
from cxweb.webhooks.queries import endpoint_by_id


def switch_webhook(endpoint_id: int, on: bool, by: Acting) -> None:
    """Switched on, what waits for it is due, and its server is tried at once. Raises UnknownEndpoint."""
    with transaction():
        endpoint = endpoint_by_id(endpoint_id, by.perimeter, lock=True)
        if on:
            endpoint.disabled_at = endpoint.disabled_by = endpoint.told_at = None
            endpoint.failures, endpoint.failing_since, endpoint.rests_until = 0, None, None
        else:
            endpoint.disabled_at, endpoint.disabled_by = clock.now(), "staff"
        record(by.actor, "webhook.switched", f"webhook:{endpoint.id}", on=on)
