"""An endpoint is switched off, or on again."""

from sqlalchemy import update

from cxweb.accounts.rules import Acting
from cxweb.core import clock
from cxweb.core.audit import record
from cxweb.core.db import transaction
from cxweb.webhooks.models import WebhookDelivery
from cxweb.webhooks.queries import endpoint_by_id


def switch_webhook(endpoint_id: int, on: bool, by: Acting) -> None:
    """Switched on, what waits for it is due, and its server is tried at once. Raises UnknownEndpoint."""
    now = clock.now()
    with transaction() as opened:
        endpoint = endpoint_by_id(endpoint_id, by.perimeter, lock=True)
        if on:
            endpoint.disabled_at = endpoint.disabled_by = endpoint.told_at = None
            endpoint.failures, endpoint.failing_since, endpoint.rests_until = 0, None, None
            waiting = (WebhookDelivery.endpoint_id == endpoint.id, WebhookDelivery.state == "pending")
            opened.execute(update(WebhookDelivery).where(*waiting).values(next_attempt_at=now))
        else:
            endpoint.disabled_at, endpoint.disabled_by = now, "staff"
        record(by.actor, "webhook.switched", f"webhook:{endpoint.id}", on=on)
