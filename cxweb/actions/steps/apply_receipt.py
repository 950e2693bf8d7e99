"""Writes what a gateway told: how its message went on, and who wants no more messages, or some again."""

from datetime import datetime
from typing import Any

from sqlalchemy import or_, select

from cxweb.actions.steps.add_opt_out import add_opt_out
from cxweb.actions.steps.outbox import add_reminder
from cxweb.actions.steps.remove_opt_out import remove_opt_out
from cxweb.actions.steps.touch_figures import touch_figures
from cxweb.company.queries import settings_now, zone_of
from cxweb.core.db import session
from cxweb.core.recipients import email_address, phone_number
from cxweb.core.senders.protocol import told
from cxweb.core.senders.receipts import Receipt
from cxweb.notifications.models import Notification

# The state that each event leads to, and from which ones. What arrived stays so, whatever is told later; a message
# that waits for another attempt was refused, so that only its arrival or departure is news.
MOVES = {
    "sent": ("sent", {"pending", "sending", "uncertain"}),
    "delivered": ("delivered", {"pending", "sending", "sent", "uncertain", "failed"}),
    "failed": ("failed", {"sending", "sent", "uncertain"}),
    "bounce": ("failed", {"sending", "sent", "uncertain"}),
}
OPT_OUTS = {"bounce": "bounce", "complaint": "stop", "stop": "stop"}


def apply_receipt(receipt: Receipt, now: datetime) -> bool:
    """Write it; False where its message is not known, or nothing in it is. Writing it twice changes nothing more."""
    message = _message(receipt)
    if message is None and (receipt.ref or receipt.provider_id):
        return False
    if message is not None:
        _move(message, receipt, now)
    if receipt.event not in OPT_OUTS and receipt.event != "start":
        return message is not None
    contact = _contact(receipt.channel, receipt.contact or (message.recipient if message is not None else None))
    if contact is None:
        return message is not None
    if receipt.event == "start":
        remove_opt_out(receipt.channel, contact)
    else:
        add_opt_out(receipt.channel, contact, OPT_OUTS[receipt.event], f"gateway:{receipt.gateway}")
    return True


def _message(receipt: Receipt) -> Notification | None:
    known = []
    if receipt.ref:
        known.append(Notification.dedupe_key == receipt.ref)
    if receipt.provider_id:
        known.append(Notification.provider_id == receipt.provider_id)
    if not known:
        return None
    mine = select(Notification).where(Notification.channel == receipt.channel, or_(*known))
    return session().scalars(mine.order_by(Notification.id.desc()).limit(1).with_for_update()).first()


def _move(message: Notification, receipt: Receipt, now: datetime) -> None:
    state, sources = MOVES.get(receipt.event, ("", frozenset[str]()))
    # A message that was never handed over cannot have left.
    if message.state not in sources or not message.attempts:
        return
    values: dict[str, Any] = {"state": state, "asked_at": None}
    # Whoever is at it finds its lease gone, and writes nothing over this.
    values |= {"lease_until": None, "lease_token": None}
    values["provider_id"] = message.provider_id or receipt.provider_id
    why = told(receipt.why or receipt.event, message.recipient or "", receipt.contact or "")
    values["last_error"] = why if state == "failed" else None
    if state != "failed":
        values["sent_at"] = message.sent_at or now
    if state == "delivered":
        values["delivered_at"] = now
    overtaken = message.sent_at is None and state != "failed"
    for name, value in values.items():
        setattr(message, name, value)
    touch_figures(message.order_id)
    if overtaken and message.invites:
        # Whoever sent it would have added it, and finds the lease gone.
        company = settings_now()
        add_reminder(message.order_id, message, company, now, zone_of(message.order.depot, company))


def _contact(channel: str, text: str | None) -> str | None:
    if not text:
        return None
    if channel == "email":
        return email_address(text)
    # Some gateways write a number with its country and without the plus sign.
    country = settings_now().company_country
    return phone_number(text, country) or phone_number(f"+{text}", country)
