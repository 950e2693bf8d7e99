"""An endpoint goes, with the log of what it was told."""

from cxweb.accounts.rules import Acting
from cxweb.core.audit import record
from cxweb.core.db import transaction
from cxweb.webhooks.queries import endpoint_by_id


def delete_webhook(endpoint_id: int, by: Acting) -> None:
    """Raises UnknownEndpoint."""
    with transaction() as opened:
        endpoint = endpoint_by_id(endpoint_id, by.perimeter, lock=True)
        record(by.actor, "webhook.deleted", f"webhook:{endpoint.id}")
        opened.delete(endpoint)
