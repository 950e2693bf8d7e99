"""The demo's outbox: nearly all sent, an hour in which the gateway took nothing, and the newest still to go."""

from collections.abc import Sequence
from datetime import datetime, time, timedelta
from random import Random
from zoneinfo import ZoneInfo

from cxweb.demo.facts import DemoMessage, DemoOrder

# So many days ago, for this hour, the gateway refused everything.
OUTAGE_DAY = 3
OUTAGE_FROM, OUTAGE_LENGTH = time(14, 0), timedelta(minutes=55)
REFUSED = "451 4.3.2 gateway is not accepting messages"
NO_SUCH_MAILBOX = "550 5.1.1 mailbox unavailable"
NO_ANSWER = "no answer after the message was handed over"
# The newest of these leave through the real outbox once the workers run, into the local mailbox.
STILL_TO_GO = 30
FRESH = timedelta(hours=20)


def write(orders: Sequence[DemoOrder], now: datetime, zone: ZoneInfo, random: Random) -> None:
    """Give every completed order the messages its customer should have had."""
    day = now.astimezone(zone).date() - timedelta(days=OUTAGE_DAY)
    outage = datetime.combine(day, OUTAGE_FROM, zone)
    to_go = STILL_TO_GO
    completed = [order for order in orders if order.completed_at is not None]
    for order in sorted(completed, key=lambda order: order.completed_at or now, reverse=True):
        at = order.completed_at or now
        waits = to_go > 0 and order.rating is None and now - at < FRESH and order.notify != "none"
        to_go -= waits
        for channel in {"email": ("email",), "both": ("email", "sms"), "none": ()}[order.notify]:
            order.messages.append(_message(order, channel, at, outage, waits, random))


def _message(
    order: DemoOrder, channel: str, at: datetime, outage: datetime, waits: bool, random: Random
) -> DemoMessage:
    recipient = order.customer.email if channel == "email" else order.customer.phone
    if recipient is None:
        return DemoMessage(channel, None, "suppressed", 0, at, reason="no_recipient")
    if waits:
        return DemoMessage(channel, recipient, "pending", 0, at)
    if outage <= at < outage + OUTAGE_LENGTH:
        if random.random() < 0.1:
            return DemoMessage(channel, recipient, "uncertain", 1, at, last_error=NO_ANSWER)
        sent_at = outage + OUTAGE_LENGTH + timedelta(seconds=random.randint(20, 400))
        return DemoMessage(channel, recipient, "sent", random.randint(3, 5), at, sent_at, last_error=REFUSED)
    if random.random() < 0.004:
        return DemoMessage(channel, recipient, "failed", 7, at, last_error=NO_SUCH_MAILBOX)
    state = "delivered" if channel == "sms" else "sent"
    return DemoMessage(channel, recipient, state, 1, at, at + timedelta(seconds=random.uniform(1, 9)))
