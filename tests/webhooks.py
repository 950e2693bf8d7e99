"""What tests of outgoing webhooks share: an endpoint at a server, and the log of what became of its events."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select

from cxweb.accounts.rules import Acting, Operator
from cxweb.actions.create_webhook import EndpointFields, create_webhook
from cxweb.actions.send_webhooks import send_webhooks
from cxweb.core import clock
from cxweb.core.db import session
from cxweb.webhooks.models import WebhookDelivery, WebhookEndpoint
from cxweb.webhooks.rules import EVENTS
from tests.webhook_server import WebhookServer


def endpoint(server: WebhookServer, by: Acting = Operator(), **fields: Any) -> tuple[int, str]:  # noqa: B008 - frozen
    """A new endpoint that hears everything, and its secret."""
    given = {"name": "ERP", "url": server.url(), "events": EVENTS, **fields}
    return create_webhook(EndpointFields(**given), by)


def log(endpoint_id: int) -> list[WebhookDelivery]:
    session().expire_all()
    mine = select(WebhookDelivery).where(WebhookDelivery.endpoint_id == endpoint_id).order_by(WebhookDelivery.id)
    return list(session().scalars(mine))


def row(endpoint_id: int) -> WebhookEndpoint:
    session().expire_all()
    return session().get_one(WebhookEndpoint, endpoint_id)


def post_at(endpoint_id: int, at: datetime | timedelta = timedelta()) -> None:
    """Post what is due at that instant, or so much later than now."""
    with clock.showing(at if isinstance(at, datetime) else clock.now() + at):
        send_webhooks(endpoint_id)
