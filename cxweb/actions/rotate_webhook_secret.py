"""An endpoint gets a new secret; for a day the former one signs beside it."""

import secrets

from cxweb.accounts.rules import Acting
from cxweb.core import clock
from cxweb.core.audit import record
from cxweb.core.db import transaction
from cxweb.core.sealed import seal
from cxweb.webhooks.queries import endpoint_by_id
from cxweb.webhooks.rules import OVERLAP, secret_of


def rotate_webhook_secret(endpoint_id: int, by: Acting) -> str:
    """The new secret. Raises UnknownEndpoint."""
    secret = secret_of(secrets.token_bytes(32))
    with transaction():
        endpoint = endpoint_by_id(endpoint_id, by.perimeter, lock=True)
        endpoint.former_secret, endpoint.former_until = endpoint.secret, clock.now() + OVERLAP
        endpoint.secret = seal(secret)
        record(by.actor, "webhook.secret_rotated", f"webhook:{endpoint.id}")
        return secret
