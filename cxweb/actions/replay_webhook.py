"""Events that were told, or given up, are posted to their endpoint again, under the ids they had."""

from sqlalchemy import update

from cxweb.accounts.rules import Acting
from cxweb.core import clock
from cxweb.core.audit import record
from cxweb.core.db import transaction
from cxweb.webhooks.models import WebhookDelivery
from cxweb.webhooks.queries import endpoint_by_id
from cxweb.webhooks.rules import REPLAYABLE


def replay_webhook(endpoint_id: int, by: Acting, delivery_id: int | None = None) -> int:
    """Make one event due again, or all that failed; how many there were. Raises UnknownEndpoint."""
    now = clock.now()
    with transaction() as opened:
        endpoint = endpoint_by_id(endpoint_id, by.perimeter, lock=True)
        chosen = WebhookDelivery.state == "failed"
        if delivery_id is not None:
            chosen = (WebhookDelivery.id == delivery_id) & WebhookDelivery.state.in_(REPLAYABLE)
        mine = update(WebhookDelivery).where(WebhookDelivery.endpoint_id == endpoint.id, chosen)
        again = {"state": "pending", "attempts": 0, "next_attempt_at": now, "reason": None}
        count = len(opened.execute(mine.values(again).returning(WebhookDelivery.id)).all())
        if count:
            endpoint.rests_until = None
            record(by.actor, "webhook.replayed", f"webhook:{endpoint.id}", events=count)
        return count
