"""What tests of sending share: a completed order, its message, and the sending itself."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from flask import Flask
from sqlalchemy import update

from cxweb.actions.send_notifications import send_notifications
from cxweb.core import clock
from cxweb.core.db import transaction
from cxweb.notifications.models import Notification
from cxweb.notifications.queries import for_order
from cxweb.orders.models import Order
from tests.factories import Factory
from tests.servers import SmsGateway

NOON = datetime(2026, 11, 17, 11, 0, tzinfo=UTC)


def row(order: Order, channel: str = "email") -> Notification:
    return next(message for message in for_order(order.id) if message.channel == channel)


def send(order: Order, channel: str = "email", at: datetime | None = None) -> Notification:
    with clock.showing(at or clock.now()):
        send_notifications([row(order, channel).id])
    return row(order, channel)


def completed(make: Factory, notify: str = "email", **fields: Any) -> Order:
    fields.setdefault("customer", {"ref": "C-1", "name": "Ann", "email": "ann@example.com", "phone": "06 12 34 56 78"})
    fields.setdefault("drivers", [{"ref": "D-1", "name": "Karim Benali"}])
    return make.completed(notify=notify, **fields)


def texting(app: Flask, gateway: SmsGateway, options: str = "") -> None:
    app.config["CXWEB"] = replace(app.config["CXWEB"], sms_url=gateway.url(options))


def send_sms(app: Flask, url: str, order: Order, at: datetime = NOON) -> Notification:
    """Send the order's SMS to the gateway of this address."""
    app.config["CXWEB"] = replace(app.config["CXWEB"], sms_url=url)
    return send(order, "sms", at)


def leave_in_doubt(message: Notification) -> None:
    """As a process does that dies between the claim and the end."""
    with transaction() as opened:
        opened.execute(
            update(Notification)
            .where(Notification.id == message.id)
            .values(state="sending", lease_token="gone", lease_until=clock.now() - timedelta(seconds=1), attempts=1)
        )
