"""Who may open what: every route has a decision, and the role table of the contract holds on each page."""

import re

import pytest
from flask import Flask

from cxweb.accounts.rules import ALLOWED, ROLES
from cxweb.notifications.queries import for_order
from cxweb.web.admin import DECISIONS
from cxweb.web.admin.guard import ANYONE
from tests.factories import Factory
from tests.page import Client

ACTS = frozenset().union(*ALLOWED.values())
PAGES = {
    "/admin/": "figures",
    "/admin/ratings": "figures",
    "/admin/drivers": "figures",
    "/admin/analytics/feedback": "figures",
    "/admin/components": "figures",
    "/admin/analytics/feedback/export": "export",
    "/admin/reports": "figures",
    "/admin/live": "orders",
    "/admin/orders": "orders",
    "/admin/orders/new": "orders",
    "/admin/messages": "contacts",
    "/admin/messages/opt-outs": "contacts",
    "/admin/messages/opt-outs/export": "stop_list",
    "/admin/account": "own",
    "/admin/account/totp": "own",
    "/admin/settings/tracking": "company",
    "/admin/settings/survey": "company",
    "/admin/settings/survey/preview": "company",
    "/admin/settings/messages": "company",
    "/admin/settings/messages/wording": "company",
    "/admin/settings/company": "company",
    "/admin/imports": "company",
    "/admin/settings/live": "settings",
    "/admin/users": "accounts",
    "/admin/users/new": "accounts",
    "/admin/depots": "accounts",
    "/admin/depots/new": "accounts",
    "/admin/audit": "audit",
    "/admin/audit/export": "audit",
    "/admin/api-keys": "settings",
    "/admin/settings/connectors": "company",
    "/admin/webhooks": "settings",
    "/admin/settings/privacy": "company",
    "/admin/settings/privacy/people": "company",
}


def staff_rules(app: Flask) -> list[tuple[str, str, str]]:
    """Path, method and endpoint of every staff route, with 1 for each number."""
    return [
        (re.sub("<[^>]*>", "1", rule.rule), method, rule.endpoint)
        for rule in app.url_map.iter_rules()
        if rule.endpoint.startswith("admin.")
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    ]


def test_every_staff_route_has_a_decision(app: Flask) -> None:
    routes = staff_rules(app)
    assert len(routes) > 20
    for path, _method, endpoint in routes:
        assert DECISIONS[endpoint] in ACTS | {ANYONE}, path
        assert DECISIONS[endpoint] != ANYONE or not path.startswith("/admin"), path


def test_nothing_opens_to_nobody(app: Flask, client: Client) -> None:
    client.get("/login")
    for path, method, endpoint in staff_rules(app):
        if DECISIONS[endpoint] != ANYONE:
            answer = client.get(path) if method == "GET" else client.submit("/login", {}, action=path)
            assert answer.status_code == 303, path
            assert answer.location.startswith("/login?next=%2Fadmin"), path


@pytest.mark.parametrize("role", ROLES)
def test_each_role_opens_what_the_table_says(client: Client, make: Factory, role: str) -> None:
    client.sign_in(make.user(role).email)
    for path, act in PAGES.items():
        assert client.get(path).status_code == (200 if act in ALLOWED[role] else 403), path


@pytest.mark.parametrize("role", ROLES)
def test_a_forbidden_act_changes_nothing(client: Client, make: Factory, role: str) -> None:
    order = make.order("A-1")
    client.sign_in(make.user(role).email)
    sent = make.completed(notify="email")
    message = for_order(sent.id)[0].id
    posts = {
        f"/admin/orders/{order.id}/status": "orders",
        "/admin/settings/tracking": "company",
        f"/admin/messages/outbox/{message}/resend": "orders",
        f"/admin/messages/outbox/{message}/settle": "orders",
        "/admin/messages/opt-outs": "stop_list",
        "/admin/messages/opt-outs/7/remove": "stop_list",
        "/admin/reports": "own",
    }
    form = {"status": "on_the_way", "contact": "ann@example.com", "reason": "mistake", "name": "A report"}
    for path, act in posts.items():
        answer = client.submit("/admin/components", form, action=path)
        assert answer.status_code == (303 if act in ALLOWED[role] else 403), path


def test_the_menu_holds_only_what_opens(client: Client, make: Factory) -> None:
    for role in ROLES:
        client.sign_in(make.user(role).email)
        links = set(re.findall(r'class="entry" href="([^"]+)"', client.get("/admin/").text))
        assert links
        for link in links:
            assert client.get(link).status_code == 200, (role, link)
        assert ("/admin/settings/tracking" in links) == (role == "admin")
        client.submit("/admin/", {}, action="/logout")


def test_a_reader_sees_figures_and_no_contact_data(client: Client, make: Factory) -> None:
    customer = {"name": "Nadia Benkirane", "email": "nadia@example.com", "phone": "+33639980001"}
    order = make.completed(
        "A-1", customer=customer, address_line="12 rue Secrète", drivers=[{"ref": "h", "name": "Hugo"}]
    )
    make.rating(order, 2, "Trop tard")
    client.sign_in(make.user("reader").email)
    for path in ("/admin/", "/admin/ratings", "/admin/drivers", f"/admin/drivers/{order.crew[0].driver_id}"):
        text = client.get(path).text
        for secret in ("Nadia", "nadia@", "39980001", "Secrète", order.token):
            assert secret not in text, (path, secret)
        assert f"/admin/orders/{order.id}" not in text
    assert "Trop tard" in client.get("/admin/ratings").text
    assert client.get(f"/admin/orders/{order.id}").status_code == 403
