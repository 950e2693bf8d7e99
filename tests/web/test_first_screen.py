"""The first screen says what needs somebody; the messages' pages say what became of each; the components all render."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from cxweb.core import clock
from cxweb.core.db import transaction
from cxweb.notifications.models import MailboxMessage, Notification
from cxweb.orders.models import Order
from tests.factories import Factory
from tests.page import Client

NOW = datetime(2026, 11, 17, 14, 3, tzinfo=UTC)


@pytest.fixture
def staff(client: Client, make: Factory) -> Iterator[Client]:
    with clock.showing(NOW):
        client.sign_in(make.user("admin", language="en", name="Inès Moreau").email)
        yield client


def message(order: Order, state: str, **columns: str) -> Notification:
    row = Notification(
        dedupe_key=f"{order.id}-{state}", order_id=order.id, kind="order-completed", channel="email", state=state,
        recipient="nadia@example.com", created_at=NOW, due_at=NOW, next_attempt_at=NOW,
        sent_at=NOW if state == "sent" else None, **columns,
    )  # fmt: skip
    with transaction() as opened:
        opened.add(row)
    return row


def test_a_quiet_day_says_so(staff: Client) -> None:
    with clock.showing(NOW):
        page = staff.get("/admin/").text
    for text in (
        "Hello Inès",
        "Tuesday 17 November, 15:03. Nothing waits for anybody.",
        "No low rating since yesterday",
    ):
        assert text in page
    assert "—" in page
    assert "The first rating appears here" in page


def test_each_thing_that_waits_has_a_sentence_and_a_way_there(staff: Client, make: Factory) -> None:
    order = make.completed()
    make.rating(order, 2)
    make.order(promised_to=NOW - timedelta(minutes=1))
    message(order, "failed")
    message(order, "uncertain")
    page = staff.get("/admin/").text
    assert "4 things wait for somebody" in page
    links = {
        "/admin/ratings?stars=1&stars=2&from=2026-11-16": "1 rating of 1 or 2 stars has come in",
        "/admin/orders?status=late": "1 order is past its window",
        "/admin/messages?state=failed": "1 message could not be sent",
        "/admin/messages?state=uncertain": "1 message has perhaps been sent",
    }
    for link, sentence in links.items():
        assert sentence in page
        assert link.replace("&", "&amp;") in page
        assert staff.get(link).status_code == 200


def test_the_tiles_show_the_figures_with_their_n(staff: Client, make: Factory) -> None:
    for stars in (5, 5, 5, 4, 3):
        make.rating(make.completed(), stars)
    make.completed()
    make.order(promised_to=NOW + timedelta(hours=1))
    make.order(promised_to=NOW + timedelta(days=2))
    page = " ".join(staff.get("/admin/").text.split())
    assert page.count("<h3>") == 6
    figures = ("6 <small>of 7</small>", "4.4 <small>/ 5</small>", "3.6 to 5.0, 95% sure", "83.3%", "+40", "80.0%")
    for text in (*figures, "5 of 6 orders"):
        assert text in page, text


def test_the_demo_goes_with_one_button_of_an_admin(staff: Client, make: Factory) -> None:
    assert "Start with my orders" not in staff.get("/admin/").text
    make.setting("demo", "Maison Colibri")
    assert "Start with my orders" in staff.get("/admin/").text
    assert staff.submit("/admin/", {}, action="/admin/demo/remove").location == "/admin/"
    page = staff.get("/admin/").text
    assert "The demo is gone" in page
    assert "Start with my orders" not in page


def test_messages_stand_with_their_state_and_open_from_the_local_mailbox(staff: Client, make: Factory) -> None:
    order = make.completed("A-1")
    message(order, "suppressed", reason="no_recipient")
    sent = message(order, "sent")
    with transaction() as opened:
        kept = MailboxMessage(
            ref="x", notification_id=sent.id, channel="email", recipient="nadia@example.com", subject="Delivered <3",
            text="Hello\n<b>there</b>", html="<!doctype html><title>x</title><p style='color:red'>Hi", received_at=NOW,
        )  # fmt: skip
        opened.add(kept)
    page = staff.get("/admin/messages").text
    for text in ("nadia@example.com", "no address is known", "Sent", "A-1", f"/admin/messages/{kept.id}"):
        assert text in page
    assert "no address is known" not in staff.get("/admin/messages?state=sent").text.partition('id="list"')[2]
    assert staff.get("/admin/messages?state=lost").status_code == 422
    shown = staff.get(f"/admin/messages/{kept.id}").text
    assert "Delivered &lt;3" in shown
    assert "Hello\n&lt;b&gt;there&lt;/b&gt;" in shown
    assert f'sandbox title="As the customer sees it" src="/admin/messages/{kept.id}/html"' in shown
    frame = staff.flask.get(f"/admin/messages/{kept.id}/html")
    assert frame.text == kept.html
    policy = frame.headers["Content-Security-Policy"]
    assert policy.endswith("frame-ancestors 'self'; sandbox")
    assert "script-src" not in policy


@pytest.mark.parametrize("language", ["en", "fr"])
def test_every_component_renders_in_both_languages(staff: Client, language: str) -> None:
    page = staff.get(f"/admin/components?lang={language}")
    assert page.status_code == 200
    assert f'<html lang="{language}">' in page.text
    assert ("Planifiée" in page.text) == (language == "fr")


@pytest.mark.parametrize("path", ["/admin/nowhere", "/admin/orders/1"])
def test_an_unknown_page_keeps_the_bar(staff: Client, path: str) -> None:
    page = staff.get(path)
    assert page.status_code == 404
    assert "This page does not exist" in page.text
    assert 'class="entry"' in page.text
