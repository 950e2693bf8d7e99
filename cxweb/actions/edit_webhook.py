"""An endpoint gets another address, other events or another perimeter."""

from cxweb.accounts.rules import Acting
from cxweb.actions.steps.fill_endpoint import EndpointFields, fill_endpoint
from cxweb.core.audit import record
from cxweb.core.db import transaction
from cxweb.webhooks.queries import endpoint_by_id

__all__ = ["EndpointFields", "edit_webhook"]


def edit_webhook(endpoint_id: int, fields: EndpointFields, by: Acting) -> None:
    """Raises UnknownEndpoint, InvalidEndpoint, UnknownDepot and OutsidePerimeter."""
    with transaction():
        endpoint = endpoint_by_id(endpoint_id, by.perimeter, lock=True)
        fill_endpoint(endpoint, fields, by.perimeter)
        # Another address may have another server behind it.
        endpoint.failures, endpoint.failing_since, endpoint.rests_until, endpoint.last_error = 0, None, None, None
        record(by.actor, "webhook.changed", f"webhook:{endpoint.id}", events=endpoint.events, depot=endpoint.depot_id)
