"""No more messages: the customer's page, the one click of a mail program, and taking it back."""

import re

import pytest
from flask import Flask
from sqlalchemy import func, select

from cxweb.actions.steps.add_opt_out import add_opt_out
from cxweb.core.audit import AuditEntry
from cxweb.core.db import session, transaction
from cxweb.notifications.models import OptOut
from cxweb.notifications.queries import opted_out
from cxweb.orders.models import Order
from tests.factories import Factory
from tests.page import Client

ANN = {"ref": "C-1", "name": "Ann", "email": "Ann@Example.com", "phone": "06 12 34 56 78", "language": "en"}
ONE_CLICK = {"List-Unsubscribe": "One-Click"}


def entries() -> list[tuple[str, str | None, str]]:
    rows = session().execute(select(OptOut.channel, OptOut.contact, OptOut.source).order_by(OptOut.channel))
    return [(channel, contact, source) for channel, contact, source in rows]


@pytest.fixture
def order(make: Factory) -> Order:
    make.setting("company.name", "Maison Colibri")
    return make.completed("A-1", customer=ANN)


def test_the_page_names_the_contacts_only_to_who_knows_them(client: Client, order: Order) -> None:
    page = client.get(f"/u/{order.token}")
    assert page.status_code == 200
    for text in ("No more messages from Maison Colibri?", "A•••@example.com", "•• •• 56 78"):
        assert text in page.text
    for secret in ("Ann@", "ann@", "0612345678", "06 12", "33612", "Ann<"):
        assert secret not in page.text
    assert page.text.count("<button") == 1


def test_looking_changes_nothing(client: Client, order: Order) -> None:
    for path in (f"/u/{order.token}", f"/u/{order.token}?List-Unsubscribe=One-Click", f"/u/{order.token}?undo=1"):
        assert client.get(path).status_code == 200
        assert client.flask.head(path).status_code == 200
    assert entries() == []


def test_one_press_stops_every_contact_and_a_second_changes_nothing(client: Client, order: Order) -> None:
    for _ in range(2):
        answer = client.post(f"/u/{order.token}", {})
        assert (answer.status_code, answer.location) == (303, f"/u/{order.token}")
        assert "Set-Cookie" not in answer.headers
    assert entries() == [("email", "Ann@example.com", "link"), ("sms", "+33612345678", "link")]
    assert opted_out("email", "ann@example.com")
    page = client.get(f"/u/{order.token}").text
    assert "You get no more messages" in page
    assert "Receive messages again" in page


@pytest.mark.parametrize("kind", ["application/x-www-form-urlencoded", "multipart/form-data"])
def test_one_click_of_a_mail_program_acts_without_cookie_page_or_redirect(
    client: Client, order: Order, kind: str
) -> None:
    answer = client.post(f"/u/{order.token}", ONE_CLICK, content_type=kind)
    assert answer.status_code == 200
    assert answer.data == b""
    assert "Set-Cookie" not in answer.headers
    assert {source for _channel, _contact, source in entries()} == {"one_click"}


def test_a_mistake_is_taken_back_on_the_same_page(client: Client, order: Order) -> None:
    client.post(f"/u/{order.token}", ONE_CLICK)
    assert client.post(f"/u/{order.token}?lang=fr", {"undo": "1"}).location == f"/u/{order.token}?lang=fr"
    assert entries() == []
    assert "No more messages from" in client.get(f"/u/{order.token}").text
    removed = session().scalars(select(AuditEntry).where(AuditEntry.act == "opt_out.removed")).all()
    assert {entry.actor for entry in removed} == {"customer"}
    assert "xample.com" not in str([entry.details for entry in removed])


@pytest.mark.parametrize("source", ["stop", "bounce", "staff", "import"])
def test_what_was_stopped_elsewhere_is_not_taken_up_by_a_link(client: Client, order: Order, source: str) -> None:
    with transaction():
        add_opt_out("sms", "+33612345678", source, "system")
    assert "already gets none" in client.get(f"/u/{order.token}").text
    client.post(f"/u/{order.token}", {})
    assert "take up again only when you ask us" in client.get(f"/u/{order.token}").text
    client.post(f"/u/{order.token}", {"undo": "1"})
    assert entries() == [("sms", "+33612345678", source)]


@pytest.mark.parametrize(
    ("path", "headers", "language"),
    [
        ("?lang=fr", {"Accept-Language": "en"}, "fr"),
        ("", {"Accept-Language": "fr"}, "en"),
        ("?lang=xx", {}, "en"),
    ],
)
def test_the_language_is_the_addresss_then_the_orders(
    client: Client, order: Order, path: str, headers: dict[str, str], language: str
) -> None:
    page = client.get(f"/u/{order.token}{path}", headers=headers).text
    assert f'<html lang="{language}">' in page
    assert re.search(f'action="/u/{order.token}(\\?lang=[a-z]+)?"', page)


def test_without_the_orders_language_the_browsers_counts_then_the_companys(client: Client, make: Factory) -> None:
    order = make.completed(customer={"email": "a@example.com"})
    assert '<html lang="en">' in client.get(f"/u/{order.token}", headers={"Accept-Language": "en-GB"}).text
    assert '<html lang="fr">' in client.get(f"/u/{order.token}").text


@pytest.mark.parametrize("customer", [None, {"name": "Ann"}, {"email": "not an address", "phone": "12"}])
def test_an_order_without_usable_contacts_has_a_page_without_a_button(
    client: Client, make: Factory, customer: dict[str, str] | None
) -> None:
    order = make.completed("B-7", **({"customer": customer} if customer else {}))
    page = client.get(f"/u/{order.token}?lang=en")
    assert page.status_code == 200
    assert "is known for order B-7" in page.text
    assert "<button" not in page.text
    assert client.post(f"/u/{order.token}", {}).status_code == 303
    assert entries() == []


def test_to_opt_out_is_possible_with_tracking_switched_off(client: Client, make: Factory, order: Order) -> None:
    make.setting("tracking.enabled", "off")
    assert client.get(f"/t/{order.token}").status_code == 404
    page = client.get(f"/u/{order.token}")
    assert page.status_code == 200
    assert "/t/" not in page.text
    client.post(f"/u/{order.token}", {})
    assert len(entries()) == 2


@pytest.mark.parametrize("token", ["A" * 22, "short", "a" * 500, "%00", "../t"])
def test_unknown_links_look_alike_and_do_nothing(client: Client, order: Order, token: str) -> None:
    page = client.get(f"/u/{token}?lang=en")
    assert page.status_code == 404
    assert page.text == client.get(f"/t/{'B' * 22}?lang=en").text
    assert client.post(f"/u/{token}", ONE_CLICK).status_code == 404
    assert entries() == []


def test_the_page_is_private_and_leaks_no_address(app: Flask, client: Client, order: Order) -> None:
    for path in (f"/u/{order.token}", f"/u/{'A' * 22}"):
        headers = client.get(path).headers
        assert headers["Cache-Control"] == "no-store"
        assert headers["Referrer-Policy"] == "no-referrer"
        assert headers["X-Robots-Tag"] == "noindex, nofollow"
        assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]


@pytest.mark.parametrize(
    "body", [b"\xff\xfe=%ff", b"x" * 70_000, b"&" * 5_000, b'{"List-Unsubscribe": "One-Click"}', b""]
)
def test_odd_bodies_are_answered(client: Client, order: Order, body: bytes) -> None:
    for kind in ("application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "application/json"):
        assert client.post(f"/u/{order.token}", body, content_type=kind).status_code in {303, 413}
    assert session().scalar(select(func.count()).select_from(OptOut)) in {0, 2}


def test_a_demo_order_has_the_page_too(client: Client, make: Factory, order: Order) -> None:
    with transaction() as opened:
        stored = opened.get(Order, order.id)
        assert stored is not None
        stored.is_demo = True
    assert client.get(f"/u/{order.token}").status_code == 200
    assert client.post(f"/u/{order.token}", {}).status_code == 303
