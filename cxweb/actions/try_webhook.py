"""Somebody tries an endpoint: an event of its own kind goes the way that all go."""

from cxweb.accounts.rules import Acting
from cxweb.core import clock, tokens
from cxweb.core.audit import record
from cxweb.core.db import transaction
from cxweb.webhooks.models import WebhookDelivery
from cxweb.webhooks.queries import endpoint_by_id
from cxweb.webhooks.rules import TEST


def try_webhook(endpoint_id: int, by: Acting) -> None:
    """Also one that is switched off may be tried, and one at rest is tried at once. Raises UnknownEndpoint."""
    now = clock.now()
    with transaction() as opened:
        endpoint = endpoint_by_id(endpoint_id, by.perimeter, lock=True)
        endpoint.rests_until = None
        message_id = f"msg_{tokens.new_link()}"
        opened.add(
            WebhookDelivery(
                endpoint_id=endpoint.id,
                key=f"{TEST}:{message_id}",
                message_id=message_id,
                event=TEST,
                data={"endpoint": endpoint.name},
                created_at=now,
                next_attempt_at=now,
            )
        )
        record(by.actor, "webhook.tried", f"webhook:{endpoint.id}")
