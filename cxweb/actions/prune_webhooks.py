"""Deletes events that were told, or given up, so long ago that nobody asks for them any more."""

from sqlalchemy import delete

from cxweb.core import clock
from cxweb.core.db import transaction
from cxweb.webhooks.models import WebhookDelivery
from cxweb.webhooks.rules import KEPT


def prune_webhooks() -> None:
    with transaction() as opened:
        opened.execute(delete(WebhookDelivery).where(WebhookDelivery.created_at < clock.now() - KEPT))
