"""The webhooks' pages: who sees which, the secret shown once, what is wrong said at its field, the log and its acts."""

import re

import pytest

from cxweb.accounts.rules import Perimeter
from cxweb.webhooks.queries import endpoints
from tests.factories import Factory
from tests.page import Client
from tests.webhook_server import WebhookServer
from tests.webhooks import endpoint, log, post_at, row

HERE = "/admin/webhooks"
FORM = {"name": "ERP", "order.completed": "on", "rating.low": "on"}


@pytest.fixture
def admin(client: Client, make: Factory) -> Client:
    client.sign_in(make.user("admin", language="en").email)
    return client


def shown_secret(page: str) -> str:
    found = re.search(r'id="secret" readonly value="(whsec_[^"]+)"', page)
    return found.group(1) if found else ""


def test_a_webhook_is_made_tried_rotated_switched_and_deleted(admin: Client, webhook_server: WebhookServer) -> None:
    made = admin.submit(HERE, {**FORM, "url": webhook_server.url()})
    secret = shown_secret(made.text)
    assert secret
    mine = endpoints(Perimeter())[0].id
    page = f"{HERE}/{mine}"
    assert secret not in admin.get(page).text + admin.get(HERE).text
    assert admin.submit(page, {}, action=f"{page}/test").status_code == 303
    post_at(mine)
    assert webhook_server.heard[0].verified_by(secret)["type"] == "test"
    assert "Sent" in admin.get(page).text
    new = shown_secret(admin.submit(page, {}, action=f"{page}/secret").text)
    assert new not in {"", secret}
    assert "The former secret signs beside the new one until" in admin.get(page).text
    admin.submit(page, {"on": "0"}, action=f"{page}/switch")
    assert row(mine).disabled_by == "staff"
    assert "Switched off" in admin.get(HERE).text
    admin.submit(page, {"on": "1"}, action=f"{page}/switch")
    assert row(mine).disabled_at is None
    changed = admin.submit(page, {"name": "Chat", "url": webhook_server.url("/chat"), "rating.created": "on"})
    assert changed.status_code == 303
    assert row(mine).events == ["rating.created"]
    assert admin.submit(page, {}, action=f"{page}/delete").location == HERE
    assert admin.get(page).status_code == 404


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"url": "http://erp.example.com/"}, "The address must begin with https://"),
        ({"url": "https://localhost/"}, "Only the public internet is called"),
        ({"url": "https://u:p@erp.example.com/"}, "Leave user, password and # out"),
        ({"url": "https://"}, "The address names no server"),
        ({"url": "https://erp exämple"}, "This is no address of a web server"),
        ({"name": " "}, "Give it a name"),
        ({"order.completed": None, "rating.low": None}, "Choose at least one event"),
    ],
)
def test_what_cannot_be_used_is_said_at_its_field_and_kept(
    admin: Client, fields: dict[str, str | None], said: str
) -> None:
    given = {**FORM, "url": "https://erp.example.com/x", **fields}
    refused = admin.submit(HERE, {name: value for name, value in given.items() if value is not None})
    assert refused.status_code == 422
    assert said in refused.text
    assert endpoints(Perimeter()) == []
    if given["url"]:
        assert f'value="{given["url"]}"' in refused.text


def test_a_failure_is_on_the_page_and_the_first_screen_and_what_failed_is_sent_again(
    admin: Client, make: Factory, webhook_server: WebhookServer
) -> None:
    mine, _ = endpoint(webhook_server, name="ERP 100 %")
    webhook_server.always = 410
    make.rating(make.completed("A-1"), 5)
    post_at(mine)
    page = f"{HERE}/{mine}"
    assert "The webhook ERP 100 % is switched off" in admin.get("/admin/").text
    text = admin.get(page).text
    assert "answer: <bdi" in text
    assert "Given up" in text
    assert 'href="/admin/orders/' in text
    webhook_server.always = 200
    admin.submit(page, {"on": "1"}, action=f"{page}/switch")
    post_at(mine)
    post_at(mine)
    delivery = log(mine)[0]
    admin.submit(page, {"delivery": delivery.id}, action=f"{page}/replay")
    post_at(mine)
    assert [each.headers["webhook-id"] for each in webhook_server.heard].count(delivery.message_id) >= 2
    for bad in ("x", "9" * 30):
        assert admin.submit(page, {"delivery": bad}, action=f"{page}/replay").status_code == 404


def test_an_admin_of_a_depot_sees_and_changes_its_own_webhooks_only(
    client: Client, make: Factory, webhook_server: WebhookServer
) -> None:
    lyon, other = make.depot("lyon"), make.depot("other")
    mine, _ = endpoint(webhook_server, make.user("admin", lyon), name="Of Lyon")
    foreign = [endpoint(webhook_server, name="Of all")[0], endpoint(webhook_server, make.user("admin", other))[0]]
    client.sign_in(make.user("admin", lyon, language="en").email)
    assert "Of Lyon" in client.get(HERE).text
    assert "Of all" not in client.get(HERE).text
    assert client.get(f"{HERE}/{mine}").status_code == 200
    for each in foreign:
        for act in ("", "/test", "/switch", "/secret", "/replay", "/delete"):
            form = {**FORM, "url": webhook_server.url(), "on": "0"}
            assert client.submit(HERE, form, action=f"{HERE}/{each}{act}").status_code == 404, act
        assert client.get(f"{HERE}/{each}").status_code == 404
        assert row(each).disabled_at is None
    outside = client.submit(HERE, {**FORM, "url": webhook_server.url(), "depot": "other"})
    assert outside.status_code == 404
    made = client.submit(HERE, {**FORM, "url": webhook_server.url()})
    assert made.status_code == 200
    assert {each.depot_id for each in endpoints(Perimeter.of(lyon.id))} == {lyon.id}
