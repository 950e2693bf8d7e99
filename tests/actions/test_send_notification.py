"""Sending one message, against a real database and real gateways."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import select, update

from cxweb.accounts.rules import Operator, Perimeter
from cxweb.actions.save_order import save_order
from cxweb.company.models import Depot
from cxweb.core import clock
from cxweb.core.db import session, transaction
from cxweb.intake.rules import CustomerFields, OrderFields
from cxweb.notifications.filters import MessageFilter
from cxweb.notifications.models import MailboxMessage, Notification
from cxweb.notifications.queries import for_order, health, mailbox, mailbox_message, recent, without_message
from cxweb.orders.models import Order
from tests.factories import WHOLE, Factory
from tests.sending import completed, leave_in_doubt, row, send, texting
from tests.servers import MailServer, SmsGateway


def test_a_completed_order_is_mailed_once_in_text_and_html_with_its_link(
    app: Flask, make: Factory, mailing: MailServer
) -> None:
    order = completed(make)
    for _ in range(3):
        send(order)
    [mail] = mailing.mails
    assert mailing.recipients == [["ann@example.com"]]
    assert mail["From"] == "cxweb <no-reply@shop.example>"
    assert mail["Subject"] == f"Votre commande {order.ref} a été livrée"
    text, html = mail.get_body(("plain",)), mail.get_body(("html",))
    assert text is not None
    assert html is not None
    assert f"http://localhost/t/{order.token}\r\n" in text.get_content()
    assert "livrée par Karim le" in text.get_content()
    for stars in range(1, 6):
        assert f'href="http://localhost/t/{order.token}?stars={stars}"' in html.get_content()
    message = row(order)
    assert (message.state, message.attempts, message.provider_id) == ("sent", 1, mail["Message-ID"])


@pytest.mark.parametrize(
    ("company", "customer", "subject"),
    [
        ("fr", None, "Votre commande R-1 a été livrée"),
        ("fr", "en", "Your order R-1 has been delivered"),
        ("en", None, "Your order R-1 has been delivered"),
        ("en", "fr", "Votre commande R-1 a été livrée"),
        ("fr", "de", "Votre commande R-1 a été livrée"),
    ],
)
def test_a_message_speaks_the_customers_language_else_the_companys(
    app: Flask, make: Factory, mailing: MailServer, company: str, customer: str | None, subject: str
) -> None:
    make.setting("company.language", company)
    send(completed(make, ref="R-1", customer={"email": "ann@example.com", "language": customer}))
    assert mailing.mails[0]["Subject"] == subject
    html = mailing.mails[0].get_body(("html",))
    assert html is not None
    assert f'<html lang="{subject[:1] == "V" and "fr" or "en"}">' in html.get_content()


def test_completing_again_or_reopening_and_completing_sends_nothing_more(
    app: Flask, make: Factory, mailing: MailServer
) -> None:
    order = completed(make, ref="R-1")
    send(order)
    for status in ("completed", "arrived", "completed"):
        make.order("R-1", status=status)
    assert len(for_order(order.id)) == 1
    send(order)
    assert len(mailing.mails) == 1


def test_without_a_gateway_the_message_lies_in_the_local_mailbox_once(app: Flask, make: Factory) -> None:
    make.setting("notifications.quiet_hours.sms", "off")
    order = completed(make, notify="both")
    for channel in ("email", "sms"):
        send(order, channel)
        leave_in_doubt(row(order, channel))
        send(order, channel)
    found = mailbox(WHOLE).items
    assert sorted(message.channel for message in found) == ["email", "sms"]
    assert mailbox_message(found[0].id, WHOLE).notification.order.ref == order.ref
    assert {message.state for message in recent(WHOLE).items} == {"sent"}


def test_a_demo_orders_message_never_leaves_whatever_the_gateways(
    app: Flask, make: Factory, mailing: MailServer, sms_gateway: SmsGateway
) -> None:
    texting(app, sms_gateway)
    make.setting("notifications.quiet_hours.sms", "off")
    order = completed(make, notify="both")
    with transaction() as opened:
        opened.execute(update(Order).values(is_demo=True))
    send(order)
    send(order, "sms")
    assert (mailing.mails, sms_gateway.requests) == ([], [])
    assert len(mailbox(WHOLE).items) == 2


CHANGES: list[tuple[str, Callable[[Factory, Order], object]]] = [
    ("not_completed", lambda make, order: make.order(order.ref, status="arrived")),
    ("tracking_off", lambda make, order: make.setting("tracking.enabled", "off")),
    ("feedback_off", lambda make, order: make.setting("feedback.enabled", "off")),
    ("already_rated", lambda make, order: make.rating(order)),
    ("channel_off", lambda make, order: save_order(order.ref, OrderFields(notify="none"), Operator())),
    ("no_recipient", lambda make, order: change_customer(order, email=None)),
    ("invalid_recipient", lambda make, order: change_customer(order, email="nobody")),
]


def change_customer(order: Order, **fields: str | None) -> None:
    customer = CustomerFields(ref="C-1", **fields)  # type: ignore[typeddict-item]
    save_order(order.ref, OrderFields(customer=customer), Operator())


@pytest.mark.parametrize(("reason", "change"), CHANGES, ids=[reason for reason, _ in CHANGES])
def test_what_changed_before_sending_suppresses_the_message(
    app: Flask, make: Factory, mailing: MailServer, reason: str, change: Callable[[Factory, Order], object]
) -> None:
    order = completed(make)
    change(make, order)
    message = send(order)
    assert (message.state, message.reason, mailing.mails) == ("suppressed", reason, [])


def test_the_customers_current_address_is_written_to(app: Flask, make: Factory, mailing: MailServer) -> None:
    order = completed(make)
    change_customer(order, email="new@example.com")
    assert send(order).recipient == "new@example.com"
    assert mailing.recipients == [["new@example.com"]]


def test_a_message_is_never_sent_a_day_late(app: Flask, make: Factory, mailing: MailServer) -> None:
    order = completed(make)
    message = send(order, at=clock.now() + timedelta(hours=25))
    assert (message.state, message.reason, mailing.mails) == ("expired", "too_late", [])


@pytest.mark.parametrize(("zone", "state"), [("Europe/Paris", "pending"), ("America/Martinique", "sent")])
def test_quiet_hours_of_the_depots_zone_delay_an_sms(
    app: Flask, make: Factory, sms_gateway: SmsGateway, zone: str, state: str
) -> None:
    texting(app, sms_gateway)
    make.depot("DOM", timezone=zone)
    night = datetime(2026, 11, 17, 22, 0, tzinfo=UTC)
    with clock.showing(night):
        order = completed(make, notify="sms", depot="DOM")
    message = send(order, "sms", night)
    assert message.state == state
    if state == "pending":
        assert (message.next_attempt_at, message.attempts) == (datetime(2026, 11, 18, 7, 0, tzinfo=UTC), 0)
        assert send(order, "sms", message.next_attempt_at).state == "sent"
    assert sms_gateway.deliveries == [message.dedupe_key]
    assert session().scalar(select(Depot.timezone)) == zone


NASTY = "Evil\r\nBcc: thief@example.com\r\n\r\nbody"


def test_no_name_starts_a_header_of_its_own(app: Flask, make: Factory, mailing: MailServer) -> None:
    make.setting("company.name", 'Åse & <b>Co</b>, "Best"; x@y.example')
    order = completed(make, customer={"name": NASTY, "email": "ann@example.com"}, drivers=[{"ref": "D", "name": NASTY}])
    with transaction() as opened:
        opened.execute(update(Order).values(ref=NASTY, channel="delivery"))
    send(order)
    [mail] = mailing.mails
    assert mailing.recipients == [["ann@example.com"]]
    assert sorted(mail.keys()) == sorted(
        [
            "From",
            "To",
            "Subject",
            "Date",
            "Message-ID",
            "Auto-Submitted",
            "Content-Language",
            "List-Unsubscribe",
            "List-Unsubscribe-Post",
            "MIME-Version",
            "Content-Type",
        ]
    )
    assert mail["From"].addresses[0].display_name == 'Åse & <b>Co</b>, "Best"; x@y.example'
    assert "<b>Co</b>" not in str(mail.get_body(("html",)))


def test_an_address_that_would_start_a_header_is_no_recipient(app: Flask, make: Factory, mailing: MailServer) -> None:
    message = send(completed(make, customer={"email": "ann@example.com\r\nBcc: thief@example.com"}))
    assert (message.state, message.reason) == ("suppressed", "invalid_recipient")


def test_a_message_that_cannot_be_made_is_retried_and_told(app: Flask, make: Factory, mailing: MailServer) -> None:
    order = completed(make)
    with transaction() as opened:
        opened.execute(update(Notification).values(kind="unheard-of"))
    message = send(order)
    assert (message.state, message.last_error) == ("pending", "TemplateNotFound")


def test_the_queries_tell_what_waits_and_what_is_missing(app: Flask, make: Factory, mailing: MailServer) -> None:
    north = make.depot("N")
    order = completed(make, depot="N")
    later = clock.now() + timedelta(minutes=5)
    state = health(later)
    assert (state.by_state["pending"], state.uncertain, state.dead_leases) == (1, 0, 0)
    assert state.oldest_pending is not None
    assert state.oldest_pending >= timedelta(minutes=4)
    assert without_message(later - timedelta(days=1)) == 0
    from_north = Perimeter.of(north.id)
    elsewhere = Perimeter.of(make.depot("S").id)
    assert [message.order.ref for message in recent(from_north, MessageFilter(state="pending")).items] == [order.ref]
    assert recent(elsewhere).items == []
    assert session().scalar(select(MailboxMessage)) is None
