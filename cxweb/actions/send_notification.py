"""Sends one message of the outbox: claim it with a lease, call the gateway with no transaction open, finish it."""

import logging
import time

from flask import current_app
from sqlalchemy import exists, select

from cxweb.actions.steps.keep_in_mailbox import keep_in_mailbox
from cxweb.actions.steps.lease import Ended, Lease, claim, finish
from cxweb.company.queries import settings_now, zone_of
from cxweb.company.rules import CompanySettings
from cxweb.core import clock
from cxweb.core.db import session, transaction
from cxweb.core.recipients import email_address, phone_number
from cxweb.core.senders.gateways import gateway
from cxweb.core.senders.local_mailbox import LocalMailbox
from cxweb.core.senders.protocol import InDoubt, RefusedForNow, SendAgain
from cxweb.notifications.messages import MessageFacts, build
from cxweb.notifications.models import Notification
from cxweb.notifications.rules import TIME_OUT, Facts, obstacle
from cxweb.ratings.models import Rating
from cxweb.surveys.queries import current

log = logging.getLogger(__name__)


def send_notification(notification_id: int) -> None:
    """Send the message if it is due and nobody else is at it; whatever becomes of it is written on its row."""
    until = time.monotonic() + TIME_OUT.total_seconds()
    with transaction():
        lease = claim(notification_id, clock.now())
    if lease is None:
        return
    try:
        ended = _deliver(lease, until)
    except Exception as error:
        # Whatever is wrong with this message holds up no other. What was in doubt before stays so.
        log.exception("message %s could not be made", notification_id)
        why = type(error).__name__
        ended = Ended(InDoubt(why) if lease.in_doubt else RefusedForNow(why))
    now = clock.now()
    with transaction():
        if not finish(lease, ended, now):
            log.warning("message %s was finished by another process", notification_id)
        elif ended.message is not None and isinstance(ended.sender, LocalMailbox):
            keep_in_mailbox(notification_id, ended.message, now)


def _deliver(lease: Lease, until: float) -> Ended:
    """Resolve what is in doubt, check once more, and hand the message to its gateway."""
    row = session().scalars(select(Notification).where(Notification.id == lease.notification_id)).one()
    company, settings = settings_now(), current_app.config["CXWEB"]
    sender = gateway(settings, row.channel, leaves=not row.order.is_demo)
    if lease.in_doubt:
        known = sender.after_doubt(row.dedupe_key, until)
        if not isinstance(known, SendAgain):
            return Ended(known, sender=sender)
    facts = _facts(row, company)
    stop = obstacle(facts, clock.now())
    if stop is not None:
        return Ended(stop)
    message = build(_message_facts(row, facts.recipient or ""), company, current(), settings.base_url)
    try:
        return Ended(sender.send(message, until), message, sender)
    except Exception as error:
        # What a gateway's code did before it broke is not known.
        log.exception("the gateway broke at message %s", row.id)
        return Ended(InDoubt(type(error).__name__), message, sender)


def _message_facts(row: Notification, recipient: str) -> MessageFacts:
    order = row.order
    return MessageFacts(
        dedupe_key=row.dedupe_key,
        kind=row.kind,
        channel=row.channel,
        recipient=recipient,
        invites=row.invites,
        wording_id=row.wording_id,
        language=order.customer.language if order.customer else None,
        order_ref=order.ref,
        order_channel=order.channel,
        token=order.token,
        driver_name=order.crew[0].driver_name if order.crew else None,
        completed_at=order.completed_at,
        timezone=order.depot.timezone if order.depot else None,
    )


def _facts(row: Notification, company: CompanySettings) -> Facts:
    order, customer, by_email = row.order, row.order.customer, row.channel == "email"
    contact = (customer.email if by_email else customer.phone) if customer else None
    recipient = None
    if contact:
        recipient = email_address(contact) if by_email else phone_number(contact, company.company_country)
    return Facts(
        status=order.status,
        tracking_enabled=company.tracking_enabled,
        feedback_enabled=company.feedback_enabled,
        rated=bool(session().scalar(select(exists().where(Rating.order_id == order.id)))),
        preference=order.notify or company.notifications_completed,
        channel=row.channel,
        contact=contact,
        recipient=recipient,
        due_at=row.due_at,
        quiet_hours=company.notifications_quiet_hours_email if by_email else company.notifications_quiet_hours_sms,
        zone=zone_of(order.depot, company),
    )
