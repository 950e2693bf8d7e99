"""Staff of depot A never see or change depot B, on any page."""

from dataclasses import dataclass
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import delete

from cxweb.accounts.models import UserBranch
from cxweb.accounts.rules import Perimeter
from cxweb.actions.steps.add_opt_out import add_opt_out
from cxweb.core import clock
from cxweb.core.db import transaction
from cxweb.notifications.models import MailboxMessage, Notification
from cxweb.orders.models import Order
from cxweb.orders.queries import by_ref
from tests.factories import Factory
from tests.page import Client

LISTS = (
    "/admin/",
    "/admin/orders",
    "/admin/orders?status=late",
    "/admin/orders/new",
    "/admin/ratings",
    "/admin/drivers",
    "/admin/messages",
)


@dataclass
class Side:
    """One depot's rows, every text of which holds the depot's name."""

    order: Order
    late: Order
    driver_id: int
    mailbox_id: int
    notification_id: int


def side(make: Factory, name: str, parent: object = None) -> Side:
    make.depot(name, parent, name=f"Dépôt {name}")  # type: ignore[arg-type]
    driver = {"ref": f"d-{name}", "name": f"Chauffeur {name}"}
    customer = {"name": f"Client {name}", "email": f"{name}@example.com"}
    order = make.completed(f"{name}-1", depot=name, drivers=[driver], customer=customer)
    make.rating(order, 1, f"Mot de {name}")
    late = make.order(f"{name}-2", depot=name, promised_to=clock.now() - timedelta(hours=1))
    with transaction() as opened:
        now = clock.now()
        sent = Notification(
            dedupe_key=name, order_id=order.id, kind="order-completed", channel="email", recipient=f"{name}@x",
            state="sent", created_at=now, due_at=now, next_attempt_at=now, sent_at=now,
        )  # fmt: skip
        opened.add(sent)
        opened.flush()
        message = MailboxMessage(
            ref=name, notification_id=sent.id, channel="email", recipient=f"{name}@example.com",
            subject=f"Sujet {name}", text=f"Texte {name}", html=f"<title>{name}</title>", received_at=now,
        )  # fmt: skip
        opened.add(message)
    return Side(order, late, order.crew[0].driver_id, message.id, sent.id)


@pytest.fixture
def sides(make: Factory) -> tuple[Side, Side]:
    return side(make, "Ardoise"), side(make, "Bruyère".replace("è", "e"))


def pages_of(one: Side) -> list[str]:
    return [
        f"/admin/orders/{one.order.id}",
        f"/admin/drivers/{one.driver_id}",
        f"/admin/messages/{one.mailbox_id}",
        f"/admin/messages/{one.mailbox_id}/html",
    ]


def test_no_list_shows_a_word_of_another_depot(client: Client, make: Factory, sides: tuple[Side, Side]) -> None:
    ours, _theirs = sides
    client.sign_in(make.user("dispatcher", ours.order.depot, language="fr").email)
    for path in LISTS:
        text = client.get(path).text
        assert "Bruyere" not in text, path
        assert "Ardoise" in text, path


def test_the_companys_list_of_who_gets_no_messages_shows_nobody_to_a_part_of_it(
    client: Client, make: Factory, sides: tuple[Side, Side]
) -> None:
    with transaction():
        for name in ("Ardoise", "Bruyere"):
            add_opt_out("email", f"{name}@example.com", "link", "customer")
    client.sign_in(make.user("admin", sides[0].order.depot).email)
    text = client.get("/admin/messages/opt-outs").text
    assert "Ardoise@" not in text
    assert "Bruyere@" not in text
    assert client.get("/admin/messages/opt-outs/export").status_code == 403


def test_no_counter_counts_another_depot(client: Client, make: Factory, sides: tuple[Side, Side]) -> None:
    client.sign_in(make.user("dispatcher", sides[0].order.depot, language="en").email)
    home = client.get("/admin/").text
    assert "1 rating of 1 or 2 stars" in home
    assert "1 order is past its window" in home
    assert "1 of 1 order" in home
    assert "1 rating<" in client.get("/admin/ratings").text
    assert "sent (1)" in client.get("/admin/messages").text


def test_the_whole_company_sees_both(client: Client, make: Factory, sides: tuple[Side, Side]) -> None:
    client.sign_in(make.user("dispatcher", language="en").email)
    assert "2 ratings of 1 or 2 stars" in client.get("/admin/").text
    for path in LISTS[1:]:
        text = client.get(path).text
        assert "Ardoise" in text, path
        assert "Bruyere" in text, path
    for one in sides:
        for path in pages_of(one):
            assert client.flask.get(path).status_code == 200, path


def test_a_foreign_object_is_unknown_whatever_the_method(
    client: Client, make: Factory, sides: tuple[Side, Side]
) -> None:
    ours, theirs = sides
    client.sign_in(make.user("relations", ours.order.depot).email)
    for path in pages_of(ours):
        assert client.flask.get(path).status_code == 200, path
    for path in pages_of(theirs):
        assert client.get(path).status_code == 404, path
        assert client.flask.head(path).status_code == 404, path
    for id_ in (theirs.notification_id, 999_999):
        for act in ("resend", "settle"):
            path = f"/admin/messages/outbox/{id_}/{act}"
            assert client.submit("/admin/components", {"stand": ""}, action=path).status_code == 404
    for id_ in (theirs.late.id, theirs.order.id, 999_999):
        answer = client.submit("/admin/components", {"status": "cancelled"}, action=f"/admin/orders/{id_}/status")
        assert answer.status_code == 404
    assert by_ref("Bruyere-2", Perimeter()).status == "planned"


@pytest.mark.parametrize("query", ["depot=Bruyere", "driver=d-Bruyere", "q=Bruyere"])
def test_no_filter_reaches_over(client: Client, make: Factory, sides: tuple[Side, Side], query: str) -> None:
    client.sign_in(make.user("dispatcher", sides[0].order.depot).email)
    for path in ("/admin/orders", "/admin/ratings"):
        answer = client.get(f"{path}?{query}")
        assert answer.status_code == 200
        assert "Ardoise-1" not in answer.text
        assert "Bruyere-1" not in answer.text
        assert "Mot de" not in answer.text


def test_a_region_sees_its_branch(app: Flask, client: Client, make: Factory) -> None:
    region = make.depot("region")
    side(make, "Ardoise", region)
    side(make, "Bruyere")
    client.sign_in(make.user("dispatcher", region).email)
    text = client.get("/admin/orders").text
    assert "Ardoise-1" in text
    assert "Bruyere-1" not in text


def test_two_branches_add_up_and_one_of_them_is_only_seen(
    client: Client, make: Factory, sides: tuple[Side, Side]
) -> None:
    acted, seen = sides
    side(make, "Cendre")
    client.sign_in(make.user("relations", acted.order.depot, only_seen=seen.order.depot, language="en").email)
    for path in LISTS[1:]:
        text = client.get(path).text
        assert "Ardoise" in text, path
        assert "Bruyere" in text, path
        assert "Cendre" not in text, path
    assert 'value="Bruyere"' not in client.get("/admin/orders/new").text
    assert "2 ratings of 1 or 2 stars" in client.get("/admin/").text
    for one in sides:
        for path in pages_of(one):
            assert client.flask.get(path).status_code == 200, path
    for one, shown in ((acted, True), (seen, False)):
        text = client.get(f"/admin/orders/{one.late.id}").text
        assert ("/status" in text) == shown
        answer = client.submit(
            "/admin/components", {"status": "cancelled"}, action=f"/admin/orders/{one.late.id}/status"
        )
        assert answer.status_code == (303 if shown else 403)
    assert by_ref("Bruyere-2", Perimeter()).status == "planned"
    assert client.submit("/admin/orders/new", {"depot": "Bruyere", "ref": "n-1"}).status_code == 422
    assert client.submit("/admin/orders/new", {"depot": "Ardoise", "ref": "n-2"}).status_code == 303


def test_a_new_order_of_two_branches_names_one(client: Client, make: Factory, sides: tuple[Side, Side]) -> None:
    ours, theirs = sides
    person = make.user("dispatcher", ours.order.depot)
    with transaction() as opened:
        opened.add(UserBranch(user_id=person.id, depot_id=theirs.order.depot_id, acting=True))
    client.sign_in(person.email)
    for ref, one in (("n-1", ours), ("n-2", theirs)):
        depot = "Ardoise" if one is ours else "Bruyere"
        assert client.submit("/admin/orders/new", {"depot": depot, "ref": ref}).status_code == 303
        assert by_ref(ref, Perimeter()).depot_id == one.order.depot_id
    assert client.submit("/admin/orders/new", {"ref": "n-3"}).status_code == 422


def test_an_account_without_any_part_sees_nothing(client: Client, make: Factory, sides: tuple[Side, Side]) -> None:
    person = make.user("admin", language="en")
    client.sign_in(person.email)
    with transaction() as opened:
        opened.execute(delete(UserBranch).where(UserBranch.user_id == person.id))
    for path in LISTS:
        text = client.get(path).text
        assert "Ardoise" not in text, path
        assert "Bruyere" not in text, path
    assert client.flask.get("/admin/settings/company").status_code == 403
    assert client.flask.get(f"/admin/orders/{sides[0].order.id}").status_code == 404


def test_a_new_order_stays_within_the_perimeter(client: Client, make: Factory, sides: tuple[Side, Side]) -> None:
    client.sign_in(make.user("dispatcher", sides[0].order.depot).email)
    for form in ({"depot": "Bruyere"}, {"driver": "d-Bruyere"}, {"ref": "Bruyere-1"}):
        assert client.submit("/admin/orders/new", {"depot": "Ardoise", **form}).status_code == 422, form
    answer = client.submit("/admin/orders/new", {"depot": "Ardoise", "ref": "Ardoise-9"})
    assert answer.status_code == 303
    assert by_ref("Ardoise-9", Perimeter()).depot_id == sides[0].order.depot_id


def test_orders_without_a_depot_belong_to_the_whole_company(
    client: Client, make: Factory, sides: tuple[Side, Side]
) -> None:
    loose = make.completed("loose-1")
    client.sign_in(make.user("admin", sides[0].order.depot).email)
    assert "loose-1" not in client.get("/admin/orders").text
    assert client.get(f"/admin/orders/{loose.id}").status_code == 404
