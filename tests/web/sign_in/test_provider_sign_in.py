"""Signing in at an OpenID provider: only who is meant, only for this browser, and never a new account."""

from dataclasses import replace
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from flask import Flask
from sqlalchemy import func, select

from cxweb.accounts.models import ProviderLink, SignInChallenge, User
from cxweb.core import clock
from cxweb.core.audit import AuditEntry
from cxweb.core.db import session, transaction
from cxweb.core.sealed import seal
from tests.factories import Factory
from tests.openid_provider import SECRET, START, OpenIdProvider, asked_at, back_from, said, sign_in
from tests.page import Client
from tests.passkeys import browser
from tests.web.test_second_step import SECRET as TOTP_SECRET

UNKNOWN = "No account here opens with what Entreprise &amp; Cie says of you."


def test_who_is_verified_is_signed_in_and_linked(client: Client, openid: OpenIdProvider, ines: int) -> None:
    assert "Sign in with Entreprise &amp; Cie" in client.get("/login?lang=en").text
    assert sign_in(client, f"{START}?next=/admin/ratings") == "/admin/ratings"
    assert client.get("/admin/users").status_code == 200
    link = session().scalars(select(ProviderLink)).one()
    assert (link.issuer, link.subject, link.user_id) == (openid.issuer, "7f3a", ines)
    acts = session().scalars(select(AuditEntry.act).order_by(AuditEntry.id)).all()
    assert acts == ["provider.linked", "provider.used", "session.begun"]
    assert openid.faults == []
    # From now on the provider's own name of the person counts, whatever the address.
    openid.person |= {"email": "moved@example.com", "email_verified": False}
    client.submit("/admin/account", {}, action="/logout")
    assert client.get("/admin/").status_code == 303
    assert sign_in(client) == "/admin/"
    assert session().scalar(select(func.count()).select_from(User)) == 1


def test_what_goes_out_is_bound_to_this_browser_and_proves_itself(client: Client, openid: OpenIdProvider) -> None:
    first, second = (parse_qs(urlsplit(asked_at(client)).query) for _ in range(2))
    for name in ("state", "nonce", "code_challenge"):
        assert first[name] != second[name]
    assert (first["response_type"], first["code_challenge_method"], first["scope"]) == (
        ["code"],
        ["S256"],
        ["openid email"],
    )
    assert first["redirect_uri"] == ["http://localhost/login/provider/back"]
    assert SECRET not in str(first)


def test_a_clients_secret_goes_in_the_form_where_the_provider_wants_it_there(
    client: Client, openid: OpenIdProvider, ines: int
) -> None:
    openid.document["token_endpoint_auth_methods_supported"] = ["client_secret_post"]
    assert sign_in(client) == "/admin/"


def test_an_address_that_only_the_persons_page_tells_is_taken(
    client: Client, openid: OpenIdProvider, ines: int
) -> None:
    openid.in_token = False
    assert sign_in(client) == "/admin/"
    assert "/realm/userinfo" in openid.asked


@pytest.mark.parametrize(
    "person",
    [
        {"email": "nobody@example.com"},
        {"email_verified": False},
        {"email_verified": "true"},
        {"email_verified": None},
        {"email": None},
        {"email": "closed@example.com"},
        {"email": ["ines@example.com"]},
        {"email": "ines@example.com\0"},
    ],
    ids=str,
)
def test_whoever_has_no_account_is_told_the_same_whether_there_is_one_or_not(
    client: Client, make: Factory, openid: OpenIdProvider, ines: int, person: dict[str, Any]
) -> None:
    make.user("dispatcher", email="closed@example.com", disabled_at=clock.now())
    openid.person |= person
    assert sign_in(client) == "/login"
    assert UNKNOWN in said(client)
    assert session().scalars(select(ProviderLink)).all() == []
    assert session().scalar(select(func.count()).select_from(User)) == 2


def test_a_linked_account_that_is_closed_opens_no_more(client: Client, openid: OpenIdProvider, ines: int) -> None:
    assert sign_in(client) == "/admin/"
    client.submit("/admin/account", {}, action="/logout")
    with transaction() as opened:
        opened.get_one(User, ines).disabled_at = clock.now()
    assert sign_in(client) == "/login"
    assert UNKNOWN in said(client)


def test_an_address_that_was_given_to_a_new_person_opens_the_old_account_to_nobody(
    app: Flask, client: Client, make: Factory, openid: OpenIdProvider, ines: int
) -> None:
    assert sign_in(client) == "/admin/"
    openid.person["sub"] = "another person"
    other = browser(app)
    assert sign_in(other) == "/login"
    assert UNKNOWN in said(other)
    # Until an admin says that it is the same person.
    client.submit("/admin/account", {}, action="/logout")
    client.sign_in(make.user("admin", language="en").email)
    assert "Cut the link to the sign-in provider" in client.get(f"/admin/users/{ines}").text
    client.submit("/admin/users", {}, action=f"/admin/users/{ines}/provider/forget")
    assert sign_in(other) == "/admin/"


def test_whoever_changes_their_mind_is_told_so(client: Client, openid: OpenIdProvider) -> None:
    openid.refuses = "access_denied"
    assert sign_in(client) == "/login"
    assert "Entreprise &amp; Cie did not sign you in." in said(client)


def test_the_second_step_is_asked_for_unless_the_settings_trust_the_provider(
    app: Flask, client: Client, make: Factory, openid: OpenIdProvider, ines: int
) -> None:
    with transaction() as opened:
        user = opened.get_one(User, ines)
        user.totp_secret, user.totp_since = seal(TOTP_SECRET), clock.now()
    assert sign_in(client, f"{START}?next=/admin/ratings") == "/login/code?next=%2Fadmin%2Fratings"
    assert client.get("/admin/").status_code == 303
    app.config["CXWEB"] = replace(app.config["CXWEB"], oidc=replace(openid.settings, second_step=True))
    assert sign_in(client) == "/admin/"
    assert client.get("/admin/users").status_code == 200


def test_a_trusted_provider_satisfies_a_company_that_wants_a_second_step(
    app: Flask, client: Client, make: Factory, openid: OpenIdProvider, ines: int
) -> None:
    make.setting("accounts.second_step", "admins")
    sign_in(client)
    assert client.get("/admin/users").location == "/admin/account/totp"
    app.config["CXWEB"] = replace(app.config["CXWEB"], oidc=replace(openid.settings, second_step=True))
    sign_in(client)
    assert client.get("/admin/users").status_code == 200


def test_the_session_is_renewed(client: Client, openid: OpenIdProvider, ines: int) -> None:
    back = back_from(asked_at(client))
    before = client.session()
    client.get(back)
    assert before != client.session()
    client.flask.set_cookie("cxweb", before)
    assert client.get("/admin/").status_code == 303


def test_nobody_asks_without_end(client: Client, openid: OpenIdProvider) -> None:
    answers = [client.get(START).location for _ in range(61)]
    assert answers[-1] == "/login"
    assert openid.issuer in answers[-2]
    assert session().scalar(select(func.count()).select_from(SignInChallenge)) == 60


def test_without_a_provider_there_is_nothing(client: Client) -> None:
    assert "/login/provider" not in client.get("/login").text
    for path in (START, "/login/provider/back?code=x&state=y"):
        assert client.get(path).status_code == 404
