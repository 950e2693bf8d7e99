"""The messages' list and an order's log: what they show, what a person may decide, and that two clicks do one thing."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import select, update

from cxweb.accounts.rules import Perimeter
from cxweb.actions.resend_notification import resend_notification
from cxweb.actions.send_notifications import send_notifications
from cxweb.actions.settle_notification import settle_notification
from cxweb.core import clock
from cxweb.core.audit import AuditEntry
from cxweb.core.db import session, transaction
from cxweb.notifications.models import MailboxMessage, Notification
from cxweb.notifications.queries import UnknownMessage, by_id
from cxweb.notifications.rules import MovedOn
from cxweb.orders.models import Order
from tests.factories import WHOLE, Factory
from tests.page import Client

NOW = datetime(2026, 11, 17, 14, 3, tzinfo=UTC)
OLD = NOW - timedelta(days=5)
ANN = {"ref": "C-1", "name": "Ann", "email": "ann@example.com", "phone": "06 12 34 56 78"}


@pytest.fixture
def staff(client: Client, make: Factory) -> Iterator[Client]:
    with clock.showing(NOW):
        client.sign_in(make.user("dispatcher", language="en").email)
        yield client


def queued(
    make: Factory, ref: str, state: str, *, at: datetime = NOW, depot: str | None = None, **columns: object
) -> Notification:
    """The e-mail of a completed order, brought to the state."""
    with clock.showing(NOW):
        order = make.completed(ref, notify="email", customer=ANN, **({"depot": depot} if depot else {}))
    values = {"state": state, "next_attempt_at": at, "due_at": at, "attempts": 1, **columns}
    if state in {"sent", "delivered"}:
        values["sent_at"] = at
    with transaction() as opened:
        opened.execute(update(Notification).where(Notification.order_id == order.id).values(values))
    return of(order)


def of(order: Order) -> Notification:
    return session().scalars(select(Notification).where(Notification.order_id == order.id)).one()


def decide(staff: Client, message: Notification, act: str, stand: str | None = None) -> str:
    """Press a button of the message; what the page then says."""
    form = {"stand": message.stand if stand is None else stand, "next": "/admin/messages?state=uncertain"}
    answer = staff.submit("/admin/components", form, action=f"/admin/messages/outbox/{message.id}/{act}")
    assert (answer.status_code, answer.location) == (303, "/admin/messages?state=uncertain")
    return staff.get("/admin/messages").text


def refs(page: str) -> set[str]:
    return {ref for ref in ("A-1", "A-2", "A-3", "A-4") if f">{ref}</a>" in page}


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", {"A-1", "A-2", "A-3", "A-4"}),
        ("state=failed", {"A-2"}),
        ("state=sent&from=2026-11-17&to=2026-11-17", {"A-1"}),
        ("from=2026-11-13", {"A-1", "A-2", "A-4"}),
        ("to=2026-11-12", {"A-3"}),
        ("depot=north", {"A-4"}),
        ("message_channel=sms", set()),
        ("kind=survey-reminder", set()),
        ("kind=order-completed&message_channel=email&state=uncertain", {"A-4"}),
    ],
)
def test_filters_narrow_the_list(staff: Client, make: Factory, query: str, found: set[str]) -> None:
    make.depot("north")
    queued(make, "A-1", "sent")
    queued(make, "A-2", "failed")
    queued(make, "A-3", "sent", at=OLD)
    queued(make, "A-4", "uncertain", depot="north")
    page = staff.get(f"/admin/messages?{query}")
    assert page.status_code == 200
    assert refs(page.text) == found


def test_the_counts_of_the_states_follow_the_other_filters(staff: Client, make: Factory) -> None:
    queued(make, "A-1", "sent")
    queued(make, "A-2", "failed")
    queued(make, "A-3", "sent", at=OLD)
    assert "sent (2)" in staff.get("/admin/messages?state=failed").text
    recent = staff.get("/admin/messages?state=failed&from=2026-11-16").text
    assert "sent (1)" in recent
    assert "could not be sent (1)" in recent
    assert "sent (0)" in staff.get("/admin/messages?message_channel=sms").text


@pytest.mark.parametrize("query", ["state=lost", "message_channel=fax", "kind=letter", "from=yesterday"])
def test_a_bad_value_is_told_by_the_filter_bar(staff: Client, query: str) -> None:
    page = staff.get(f"/admin/messages?{query}")
    assert page.status_code == 422
    assert 'class="error bad"' in page.text


def test_what_perhaps_arrived_is_sent_again_once_however_often_one_presses(
    app: Flask, staff: Client, make: Factory
) -> None:
    message = queued(make, "A-1", "uncertain", at=OLD, last_error="no answer")
    seen = message.stand
    assert "It arrived" in staff.get("/admin/messages?state=uncertain").text
    assert "The message is on its way again." in decide(staff, message, "resend", seen)
    row = of(message.order)
    assert (row.state, row.attempts, row.due_at, row.next_attempt_at) == ("pending", 0, NOW, NOW)
    assert "moved on since" in decide(staff, message, "resend", seen)
    send_notifications([message.id])
    assert of(message.order).state == "sent"
    assert "moved on since" in decide(staff, message, "resend", seen)
    assert "moved on since" in decide(staff, message, "settle", seen)
    assert [kept.ref for kept in session().scalars(select(MailboxMessage))] == [message.dedupe_key]
    entries = session().scalars(select(AuditEntry).where(AuditEntry.act == "notification.resent")).all()
    assert [(entry.object, entry.details) for entry in entries] == [
        (f"notification:{message.id}", {"before": "uncertain"})
    ]


def test_a_second_doubt_is_decided_anew(staff: Client, make: Factory) -> None:
    message = queued(make, "A-1", "uncertain", at=OLD)
    seen = message.stand
    decide(staff, message, "resend", seen)
    with transaction() as opened:
        opened.execute(update(Notification).values(state="uncertain", attempts=1))
    assert "moved on since" in decide(staff, message, "resend", seen)
    assert of(message.order).state == "uncertain"


def test_what_arrived_is_settled_and_stays(staff: Client, make: Factory) -> None:
    message = queued(make, "A-1", "uncertain", at=OLD)
    seen = message.stand
    assert "Noted: the message has arrived." in decide(staff, message, "settle", seen)
    row = of(message.order)
    assert (row.state, row.sent_at, row.delivered_at) == ("delivered", OLD, NOW)
    assert "moved on since" in decide(staff, message, "settle", seen)
    assert "moved on since" in decide(staff, message, "resend", row.stand)
    assert session().scalars(select(AuditEntry.act).where(AuditEntry.act.startswith("notification"))).all() == [
        "notification.settled"
    ]


@pytest.mark.parametrize(
    ("state", "reason", "resend", "settle"),
    [
        ("failed", None, True, False),
        ("expired", "too_late", True, False),
        ("suppressed", "invalid_recipient", True, False),
        ("suppressed", "no_recipient", True, False),
        ("suppressed", "opted_out", False, False),
        ("suppressed", "already_rated", False, False),
        ("sent", None, False, False),
        ("delivered", None, False, False),
        ("pending", None, False, False),
    ],
)
def test_only_what_makes_sense_is_offered_and_taken(
    staff: Client, make: Factory, state: str, reason: str | None, resend: bool, settle: bool
) -> None:
    message = queued(make, "A-1", state, reason=reason)
    for path in ("/admin/messages", f"/admin/orders/{message.order_id}"):
        page = staff.get(path).text
        assert (f"/admin/messages/outbox/{message.id}/resend" in page) == resend, path
        assert (f"/admin/messages/outbox/{message.id}/settle" in page) == settle, path
    said = decide(staff, message, "settle") if not settle else ""
    assert "moved on since" in said
    assert ("on its way again" in decide(staff, message, "resend")) == resend


def test_an_expired_message_that_is_sent_again_does_not_expire_at_once(
    app: Flask, staff: Client, make: Factory
) -> None:
    message = queued(make, "A-1", "expired", at=OLD, reason="too_late")
    decide(staff, message, "resend")
    send_notifications([message.id])
    assert of(message.order).state == "sent"


def test_what_is_sent_again_is_checked_again(app: Flask, staff: Client, make: Factory) -> None:
    message = queued(make, "A-1", "failed")
    make.rating(message.order)
    decide(staff, message, "resend")
    send_notifications([message.id])
    assert (of(message.order).state, of(message.order).reason) == ("suppressed", "already_rated")


def test_the_order_page_tells_each_message_with_its_attempts_and_what_the_gateway_said(
    staff: Client, make: Factory
) -> None:
    message = queued(
        make,
        "A-1",
        "pending",
        at=NOW + timedelta(minutes=10),
        attempts=3,
        last_error="451 <later>",
        uninvited="sampled_out",
    )
    page = staff.get(f"/admin/orders/{message.order_id}").text
    for text in (
        "3 attempts",
        "the next one at 15:13",
        "451 &lt;later&gt;",
        "not among those drawn",
        "Order completed · E-mail",
    ):
        assert text in " ".join(page.split()), text


@pytest.mark.parametrize("role", ["relations", "dispatcher", "admin"])
def test_whoever_sees_contacts_may_decide_within_the_perimeter(client: Client, make: Factory, role: str) -> None:
    ours, theirs = make.depot("ours"), make.depot("theirs")
    inside, outside = queued(make, "A-1", "uncertain", depot="ours"), queued(make, "A-2", "uncertain", depot="theirs")
    person = make.user(role, ours, language="en")
    client.sign_in(person.email)
    for act in ("resend", "settle"):
        path = f"/admin/messages/outbox/{outside.id}/{act}"
        assert client.submit("/admin/components", {"stand": outside.stand}, action=path).status_code == 404
        path = f"/admin/messages/outbox/999999/{act}"
        assert client.submit("/admin/components", {}, action=path).status_code == 404
    page = client.get("/admin/messages").text
    assert "A-2" not in page
    assert "reconciliation" not in page
    with pytest.raises(UnknownMessage):
        resend_notification(outside.id, outside.stand, person)
    settle_notification(inside.id, inside.stand, person)
    with pytest.raises(MovedOn):
        settle_notification(inside.id, inside.stand, person)
    assert by_id(outside.id, Perimeter.of(theirs.id)).state == "uncertain"
    assert by_id(inside.id, WHOLE).state == "delivered"


def test_a_reader_and_a_form_without_its_token_decide_nothing(client: Client, make: Factory) -> None:
    message = queued(make, "A-1", "uncertain")
    client.sign_in(make.user("reader").email)
    path = f"/admin/messages/outbox/{message.id}/resend"
    assert client.submit("/admin/components", {"stand": message.stand}, action=path).status_code == 403
    client.submit("/admin/", {}, action="/logout")
    client.sign_in(make.user("admin").email)
    assert client.post(path, {"stand": message.stand}).status_code == 400
    assert client.get(path).status_code == 405
    assert of(message.order).state == "uncertain"
