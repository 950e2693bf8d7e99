"""Signing in and out: sessions live on the server, guessing is slowed, and no form works without its token."""

from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select, update

from cxweb.accounts.models import SignInAttempt, StaffSession, User
from cxweb.core import clock
from cxweb.core.db import session, transaction
from tests.factories import PASSWORD, Factory
from tests.page import Client

NOW = datetime(2026, 11, 17, 14, 0, tzinfo=UTC)


def try_to_sign_in(client: Client, email: str, password: str, address: str = "192.0.2.1") -> int:
    page = client.get("/login")
    token = page.text.split('name="csrf_token" value="')[1].split('"')[0]
    form = {"email": email, "password": password, "csrf_token": token}
    return client.post("/login", form, environ_base={"REMOTE_ADDR": address}).status_code


def test_signing_in_leads_to_the_page_asked_for(client: Client, make: Factory) -> None:
    user = make.user()
    asked = client.get("/admin/ratings?stars=1")
    assert asked.status_code == 303
    assert asked.location == "/login?next=%2Fadmin%2Fratings%3Fstars%3D1"
    answer = client.submit(
        asked.location, {"email": user.email, "password": PASSWORD, "next": "/admin/ratings?stars=1"}, action="/login"
    )
    assert (answer.status_code, answer.location) == (303, "/admin/ratings?stars=1")


@pytest.mark.parametrize(
    "target", ["//evil.example", "https://evil.example/", "/\\evil.example", "/t/x", "/admin/\n", "/adminevil"]
)
def test_signing_in_never_leads_elsewhere(client: Client, make: Factory, target: str) -> None:
    user = make.user()
    answer = client.submit("/login", {"email": user.email, "password": PASSWORD, "next": target})
    assert answer.location == "/admin/"


def test_a_wrong_password_an_unknown_and_a_disabled_account_look_the_same(client: Client, make: Factory) -> None:
    user = make.user(email="known@example.com")
    off = make.user(disabled_at=clock.now())
    tries = [(user.email, "wrong"), ("nobody@example.com", PASSWORD), (off.email, PASSWORD)]
    pages = [client.submit("/login", {"email": email, "password": password}) for email, password in tries]
    assert {page.status_code for page in pages} == {422}
    stripped = {
        page.text.replace(email, "").split('name="csrf_token"')[0]
        for page, (email, _) in zip(pages, tries, strict=True)
    }
    assert len(stripped) == 1


@pytest.mark.parametrize(
    "odd", ["\x00", "a\x00@example.com", "x" * 5000, "é@exämple.com", "\ud800".encode("utf-8", "surrogatepass")]
)
def test_odd_addresses_are_only_wrong(client: Client, odd: str) -> None:
    assert client.submit("/login", {"email": odd, "password": odd}).status_code == 422


def test_guessing_an_account_is_slowed_but_its_owner_elsewhere_is_not(client: Client, make: Factory) -> None:
    user = make.user()
    with clock.showing(NOW):
        assert [try_to_sign_in(client, user.email, f"wrong {n}") for n in range(6)] == [422] * 5 + [429]
        assert try_to_sign_in(client, user.email, PASSWORD) == 429
        assert try_to_sign_in(client, user.email, PASSWORD, "192.0.2.77") == 303
    with clock.showing(NOW + timedelta(seconds=3)):
        client.flask.delete_cookie("cxweb")
        assert try_to_sign_in(client, user.email, PASSWORD) == 303


def test_guessing_many_accounts_from_one_address_is_slowed(client: Client, make: Factory) -> None:
    with clock.showing(NOW):
        codes = [try_to_sign_in(client, f"user{n}@example.com", "wrong") for n in range(6)]
        assert codes == [422] * 5 + [429]
        same_host = [
            try_to_sign_in(client, f"user{n}@example.com", "wrong", f"2001:db8:1:2::{n + 1}") for n in range(6)
        ]
        assert same_host == [422] * 5 + [429]


def test_a_refused_try_says_how_long_to_wait(client: Client, make: Factory) -> None:
    user = make.user()
    with clock.showing(NOW):
        for n in range(5):
            try_to_sign_in(client, user.email, f"wrong {n}", "127.0.0.1")
        answer = client.submit("/login", {"email": user.email, "password": "wrong"})
    assert answer.status_code == 429
    assert answer.headers["Retry-After"] == "2"


def test_old_failures_are_forgotten(client: Client, make: Factory) -> None:
    user = make.user()
    with clock.showing(NOW):
        for n in range(5):
            try_to_sign_in(client, user.email, f"wrong {n}")
    with clock.showing(NOW + timedelta(minutes=16)):
        assert try_to_sign_in(client, user.email, PASSWORD) == 303
    assert session().scalar(select(func.count()).select_from(SignInAttempt)) == 0


def test_the_session_is_renewed_at_login(client: Client, make: Factory) -> None:
    user = make.user()
    client.get("/login")
    before = client.session()
    client.sign_in(user.email)
    first = client.session()
    assert before != first
    assert client.get("/admin/components").status_code == 200


def test_a_stolen_cookie_dies_with_the_logout(app: Flask, client: Client, make: Factory) -> None:
    user = make.user()
    client.sign_in(user.email)
    cookie = client.session()
    thief = Client(app)
    thief.flask.set_cookie("cxweb", cookie)
    assert thief.get("/admin/components").status_code == 200
    answer = client.submit("/admin/components", {}, action="/logout")
    assert (answer.status_code, answer.location) == (303, "/login")
    assert thief.get("/admin/components").status_code == 303
    assert session().scalar(select(func.count()).select_from(StaffSession)) == 0


def test_signing_out_needs_the_token_of_the_form(client: Client, make: Factory) -> None:
    client.sign_in(make.user().email)
    refused = client.post("/logout")
    assert refused.status_code == 400
    assert client.get("/admin/components").status_code == 200
    assert client.get("/logout").status_code == 405


def test_a_refused_form_says_what_to_do(client: Client, make: Factory) -> None:
    client.sign_in(make.user(language="en").email)
    page = client.post("/admin/language", {"language": "fr", "csrf_token": "forged"})
    assert page.status_code == 400
    assert "reload it and send it again" in page.text


def test_a_disabled_person_is_out_at_once(client: Client, make: Factory) -> None:
    user = make.user()
    client.sign_in(user.email)
    with transaction() as opened:
        opened.execute(update(User).where(User.id == user.id).values(disabled_at=clock.now()))
    assert client.get("/admin/components").status_code == 303


def test_a_session_ends_after_twelve_hours(client: Client, make: Factory) -> None:
    user = make.user()
    with clock.showing(NOW):
        client.sign_in(user.email)
    with clock.showing(NOW + timedelta(hours=12)):
        assert client.get("/admin/components").status_code == 303


def test_only_digests_are_stored(client: Client, make: Factory) -> None:
    user = make.user()
    client.submit("/login", {"email": "secret typed here", "password": "wrong"})
    client.sign_in(user.email)
    stored = [*session().scalars(select(SignInAttempt.account)), *session().scalars(select(StaffSession.token_digest))]
    assert len(stored) == 2
    assert all(len(value) == 64 for value in stored)


def test_public_pages_open_no_session(client: Client, make: Factory) -> None:
    client.sign_in(make.user().email)
    token = make.completed().token
    for path in (f"/t/{token}", "/healthz", "/t/unknown"):
        answer = client.get(path)
        assert "Set-Cookie" not in answer.headers
        assert "Cookie" not in answer.headers.get("Vary", "")


def test_the_root_leads_to_the_staff_pages(client: Client) -> None:
    answer = client.get("/")
    assert (answer.status_code, answer.location) == (303, "/admin/")


def test_the_login_page_speaks_the_browsers_language_unless_told(client: Client) -> None:
    assert "Se connecter" in client.get("/login", headers={"Accept-Language": "fr-CA"}).text
    assert "Sign in" in client.get("/login?lang=en", headers={"Accept-Language": "fr"}).text


def test_the_switch_in_the_bar_is_kept(client: Client, make: Factory) -> None:
    client.sign_in(make.user(language="en").email)
    answer = client.submit(
        "/admin/components", {"language": "fr", "next": "/admin/components"}, action="/admin/language"
    )
    assert answer.location == "/admin/components"
    assert '<html lang="fr">' in client.get("/admin/components").text
    assert '<html lang="en">' in client.get("/admin/components?lang=en").text
