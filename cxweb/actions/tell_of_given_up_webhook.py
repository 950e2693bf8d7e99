"""Tells the administrators, once, that an endpoint was switched off because its server kept failing."""

import time

from flask import current_app
from sqlalchemy import select

from cxweb.accounts.models import User
from cxweb.accounts.queries import has_part_with
from cxweb.company.queries import settings_now
from cxweb.core import clock
from cxweb.core.db import session, transaction
from cxweb.core.senders.gateways import gateway
from cxweb.core.senders.local_mailbox import LocalMailbox
from cxweb.core.senders.protocol import Message
from cxweb.notifications.rules import TIME_OUT
from cxweb.webhooks.messages import given_up
from cxweb.webhooks.models import WebhookEndpoint


def tell_of_given_up_webhook(endpoint_id: int) -> None:
    """Mail whoever may switch it on again; once, since it stands on their first screen too."""
    settings = current_app.config["CXWEB"]
    with transaction():
        mails = _claim(endpoint_id, settings.base_url)
    sender = gateway(settings, "email", leaves=True)
    if isinstance(sender, LocalMailbox):
        return
    for mail in mails:
        sender.send(mail, time.monotonic() + TIME_OUT.total_seconds())


def _claim(endpoint_id: int, base_url: str) -> list[Message]:
    """The mails, to whoever finds that nobody else has begun to send them."""
    wanted = select(WebhookEndpoint).where(
        WebhookEndpoint.id == endpoint_id,
        WebhookEndpoint.disabled_by == "failing",
        WebhookEndpoint.told_at.is_(None),
    )
    endpoint = session().scalar(wanted.with_for_update(of=WebhookEndpoint))
    if endpoint is None:
        return []
    endpoint.told_at = clock.now()
    who = (User.role == "admin", User.disabled_at.is_(None), has_part_with(endpoint.depot_id, acting=True))
    company = settings_now()
    admins = session().scalars(select(User).where(*who).order_by(User.id)).all()
    return [given_up(endpoint, admin.email, admin.language, company, base_url) for admin in admins]
