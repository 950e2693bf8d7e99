"""What a gateway's word does to a message in each state; the later finish of whoever sent it changes nothing."""

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import update

from cxweb.actions.record_receipt import record_receipt
from cxweb.core import clock
from cxweb.core.db import transaction
from cxweb.core.senders.receipts import EVENTS, Receipt
from cxweb.notifications.models import STATES, Notification
from cxweb.notifications.queries import for_order
from tests.factories import Factory
from tests.sending import NOON, completed, row, send, texting
from tests.servers import MailServer, SmsGateway

# What each event makes of each state; what is not here stays as it is.
MOVES = {
    "sent": {"pending": "sent", "sending": "sent", "uncertain": "sent"},
    "delivered": dict.fromkeys(("pending", "sending", "sent", "uncertain", "failed"), "delivered"),
    "failed": dict.fromkeys(("sending", "sent", "uncertain"), "failed"),
    "bounce": dict.fromkeys(("sending", "sent", "uncertain"), "failed"),
}


def placed(make: Factory, state: str, attempts: int = 1) -> Notification:
    """A message in that state, handed over so many times."""
    leased = state == "sending"
    with clock.showing(NOON):
        order = completed(make)
    with transaction() as opened:
        opened.execute(
            update(Notification).values(
                state=state,
                attempts=attempts,
                provider_id="p1" if state in {"sent", "delivered"} else None,
                sent_at=NOON if state in {"sent", "delivered"} else None,
                lease_token="mine" if leased else None,
                lease_until=NOON + timedelta(minutes=1) if leased else None,
                last_error="no answer" if state == "uncertain" else None,
            )
        )
    return row(order)


def told(message: Notification, event: str, **fields: str) -> Notification:
    with clock.showing(NOON + timedelta(minutes=5)):
        receipt = Receipt("email", "email", event, ref=message.dedupe_key, why="a reason", **fields)
        assert record_receipt(receipt)
    return row(message.order)


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("event", EVENTS)
def test_an_event_moves_a_message_by_its_state_and_a_second_time_no_further(
    app: Flask, make: Factory, event: str, state: str
) -> None:
    before = placed(make, state)
    expected = MOVES.get(event, {}).get(state, state)
    after = told(before, event, provider_id="p2")
    assert after.state == expected
    again = told(before, event, provider_id="p2")
    assert vars_of(again) == vars_of(after)
    if expected == state and event != "delivered":
        return
    assert (after.lease_token, after.lease_until) == (None, None)
    assert after.provider_id == ("p1" if state in {"sent", "delivered"} else "p2" if state in MOVES[event] else None)
    assert after.last_error == ("a reason" if expected == "failed" and state != "failed" else None)


def vars_of(message: Notification) -> dict[str, object]:
    return {column.name: getattr(message, column.name) for column in Notification.__table__.columns}


@pytest.mark.parametrize("state", ["sending", "uncertain", "failed", "sent"])
def test_what_arrived_has_both_instants(app: Flask, make: Factory, state: str) -> None:
    after = told(placed(make, state), "delivered")
    assert after.delivered_at == NOON + timedelta(minutes=5)
    assert after.sent_at == (NOON if state == "sent" else NOON + timedelta(minutes=5))


@pytest.mark.parametrize("event", ["sent", "delivered", "failed"])
def test_a_message_that_was_never_handed_over_stays_due(app: Flask, make: Factory, event: str) -> None:
    assert told(placed(make, "pending", attempts=0), event).state == "pending"


@pytest.mark.parametrize("event", ["failed", "sent", "bounce"])
def test_what_arrived_never_goes_back(app: Flask, make: Factory, event: str) -> None:
    message = placed(make, "sent")
    arrived = told(message, "delivered")
    assert (told(message, event).state, row(message.order).delivered_at) == ("delivered", arrived.delivered_at)


def test_whoever_is_still_sending_writes_nothing_over_a_receipt(
    app: Flask, make: Factory, sms_gateway: SmsGateway
) -> None:
    texting(app, sms_gateway)
    with clock.showing(NOON):
        order = completed(make, notify="sms")
        key = row(order, "sms").dedupe_key
    accept = sms_gateway.accept

    def deliver_at_once(body: dict[str, str]) -> None:
        """The receipt overtakes the answer."""
        accept(body)
        with app.app_context(), clock.showing(NOON):
            assert record_receipt(Receipt("sms", "sms", "delivered", ref=key, provider_id="early"))

    sms_gateway.accept = deliver_at_once  # type: ignore[method-assign]
    message = send(order, "sms", NOON)
    assert (message.state, message.provider_id, message.delivered_at) == ("delivered", "early", NOON)
    assert len(sms_gateway.deliveries) == 1


@pytest.mark.parametrize("event", ["sent", "delivered"])
@pytest.mark.parametrize("state", ["sending", "uncertain"])
def test_a_receipt_that_comes_first_brings_the_reminder_that_sending_would_have(
    app: Flask, make: Factory, state: str, event: str
) -> None:
    make.setting("survey.reminder_days", "2")
    message = placed(make, state)
    for _ in range(2):
        told(message, event)
    assert [found.kind for found in for_order(message.order_id)] == ["order-completed", "survey-reminder"]


def test_a_failure_brings_no_reminder(app: Flask, make: Factory) -> None:
    make.setting("survey.reminder_days", "2")
    message = placed(make, "sending")
    told(message, "failed")
    assert len(for_order(message.order_id)) == 1


def test_a_receipt_by_the_gateways_id_finds_the_message_it_sent_last(
    app: Flask, make: Factory, mailing: MailServer
) -> None:
    orders = [completed(make, customer={"ref": f"C-{n}", "email": f"c{n}@example.com"}) for n in (1, 2)]
    for order in orders:
        send(order)
    with transaction() as opened:
        opened.execute(update(Notification).values(provider_id="reused"))
    assert record_receipt(Receipt("email", "email", "delivered", provider_id="reused"))
    assert [row(order).state for order in orders] == ["sent", "delivered"]


@pytest.mark.parametrize("contact", ["nobody", "+", "", "a@b@c"])
def test_a_contact_that_is_none_changes_nothing(app: Flask, contact: str) -> None:
    assert not record_receipt(Receipt("sms", "sms", "stop", contact=contact))
