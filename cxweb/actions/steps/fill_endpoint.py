"""Writes what somebody typed about a webhook onto its row, once all of it can be used."""

from dataclasses import dataclass

from flask import current_app

from cxweb.accounts.rules import Perimeter
from cxweb.actions.steps.find_depot import depot_id_within
from cxweb.core.outward import ForbiddenAddress, check
from cxweb.webhooks.models import WebhookEndpoint
from cxweb.webhooks.rules import EVENTS, LONGEST_NAME, InvalidEndpoint


@dataclass(frozen=True)
class EndpointFields:
    """What an endpoint is: its name here, its address, what it is told, and of which depot's branch."""

    name: str
    url: str
    events: tuple[str, ...]
    depot: str | None = None
    with_comment: bool = False


def fill_endpoint(endpoint: WebhookEndpoint, fields: EndpointFields, perimeter: Perimeter) -> None:
    """Set every field. Raises InvalidEndpoint, UnknownDepot and OutsidePerimeter."""
    name = fields.name.strip()
    if not name or len(name) > LONGEST_NAME or not name.isprintable():
        raise InvalidEndpoint("name", "odd")
    try:
        url = check(fields.url.strip(), loopback=current_app.config["CXWEB"].loopback_webhooks)
    except ForbiddenAddress as error:
        raise InvalidEndpoint("url", str(error)) from None
    events = [event for event in EVENTS if event in fields.events]
    if not events:
        raise InvalidEndpoint("events", "none")
    endpoint.name, endpoint.url, endpoint.events = name, url, events
    endpoint.depot_id = depot_id_within(fields.depot, perimeter)
    endpoint.with_comment = fields.with_comment
