"""Another system asks to be told what happens: its address becomes an endpoint."""

import secrets

from cxweb.accounts.rules import Acting
from cxweb.actions.steps.fill_endpoint import EndpointFields, fill_endpoint
from cxweb.actions.steps.find_depot import UnknownDepot
from cxweb.core import clock
from cxweb.core.audit import record
from cxweb.core.db import transaction
from cxweb.core.sealed import seal
from cxweb.webhooks.models import WebhookEndpoint
from cxweb.webhooks.rules import secret_of

__all__ = ["EndpointFields", "UnknownDepot", "create_webhook"]


def create_webhook(fields: EndpointFields, by: Acting) -> tuple[int, str]:
    """The new endpoint's id and the secret that signs for it.

    Raises InvalidEndpoint, UnknownDepot and OutsidePerimeter.
    """
    secret = secret_of(secrets.token_bytes(32))
    with transaction() as opened:
        endpoint = WebhookEndpoint(secret=seal(secret), created_at=clock.now(), created_by=by.actor, failures=0)
        fill_endpoint(endpoint, fields, by.perimeter)
        opened.add(endpoint)
        opened.flush()
        record(by.actor, "webhook.created", f"webhook:{endpoint.id}", events=endpoint.events, depot=endpoint.depot_id)
        return endpoint.id, secret
