"""Signing in at an OpenID provider: only who is meant, only for this browser, and never a new account."""

import json
import time
from base64 import urlsafe_b64encode
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from http.client import HTTPConnection
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from flask import Flask
from joserfc import jwk, jwt
from sqlalchemy import func, select

from cxweb.accounts.models import ProviderLink, SignInChallenge, StaffSession, User
from cxweb.accounts.rules import CHALLENGE_PATIENCE
from cxweb.core import clock
from cxweb.core.audit import AuditEntry
from cxweb.core.db import session, transaction
from cxweb.core.sealed import seal
from tests.factories import Factory
from tests.openid_provider import CLIENT, SECRET, Claims, OpenIdProvider
from tests.page import Client
from tests.web.test_passkeys import browser
from tests.web.test_second_step import SECRET as TOTP_SECRET

START = "/login/provider"
INES = "ines@example.com"
RIGHT = "was not right, and nobody was signed in"
UNKNOWN = "No account here opens with what Entreprise &amp; Cie says of you."
STALE = "That took too long, or was sent twice."
DOWN = "Entreprise &amp; Cie does not answer."


def asked_at(client: Client, start: str = START) -> str:
    """Where the browser is sent: the provider's page."""
    answer = client.get(start)
    assert answer.status_code == 303, answer.text
    return str(answer.location)


def back_from(address: str) -> str:
    """Where the provider sends the browser back to, once the person has signed in there."""
    parts = urlsplit(address)
    connection = HTTPConnection(parts.hostname or "", parts.port, timeout=5)
    connection.request("GET", f"{parts.path}?{parts.query}")
    location = connection.getresponse().headers["Location"]
    connection.close()
    return location.removeprefix("http://localhost")


def sign_in(client: Client, start: str = START) -> str:
    """There and back; where the browser is then."""
    return str(client.get(back_from(asked_at(client, start))).location)


def said(client: Client) -> str:
    """What the door says."""
    return client.get("/login").text


@pytest.fixture
def client(app: Flask) -> Client:
    return browser(app)


@pytest.fixture
def ines(make: Factory) -> int:
    return make.user("admin", email=INES, language="en", name="Inès Moreau").id


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


def unsigned(claims: Claims) -> str:
    head, body = (
        urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=").decode() for part in ({"alg": "none"}, claims)
    )
    return f"{head}.{body}."


def by_the_clients_secret(claims: Claims) -> str:
    return jwt.encode({"alg": "HS256"}, claims, jwk.OctKey.import_key(SECRET.ljust(32)))


def by_another_key(claims: Claims) -> str:
    return jwt.encode({"alg": "ES256", "kid": "one"}, claims, jwk.ECKey.generate_key("P-256"))


def by_an_unknown_key(claims: Claims) -> str:
    return jwt.encode({"alg": "ES256", "kid": "two"}, claims, jwk.ECKey.generate_key("P-256"))


@pytest.mark.parametrize(
    "changed",
    [
        {"nonce": "another"},
        {"nonce": None},
        {"aud": "another"},
        {"aud": [CLIENT, "another"]},
        {"aud": None},
        {"azp": "another"},
        {"iss": "http://127.0.0.1:1/realm"},
        {"iss": None},
        {"exp": 1},
        {"exp": None},
        {"exp": "never"},
        {"iat": 4_000_000_000},
        {"iat": None},
        {"sub": ""},
        {"sub": None},
        {"sub": 7},
    ],
    ids=str,
)
def test_a_token_of_another_sign_in_person_or_time_is_refused(
    client: Client, openid: OpenIdProvider, ines: int, changed: Claims
) -> None:
    openid.changed = changed
    assert sign_in(client) == "/login"
    assert RIGHT in said(client)
    assert session().scalars(select(StaffSession)).all() == []


@pytest.mark.parametrize(
    "signed",
    [unsigned, by_the_clients_secret, by_another_key, by_an_unknown_key, lambda _: "", lambda _: "x.y.z"],
    ids=["none", "client's", "another", "unknown", "nothing", "noise"],
)
def test_a_token_that_the_provider_has_not_signed_is_refused(
    client: Client, openid: OpenIdProvider, ines: int, signed: Callable[[Claims], str]
) -> None:
    openid.signed = signed
    assert sign_in(client) == "/login"
    assert RIGHT in said(client)


def test_a_key_is_taken_for_signing_alone(client: Client, openid: OpenIdProvider, ines: int) -> None:
    openid.published[0]["use"] = "enc"
    assert sign_in(client) == "/login"
    assert RIGHT in said(client)


def test_the_providers_new_key_is_found(
    client: Client, openid: OpenIdProvider, ines: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("cxweb.core.oidc.FRESH_S", 0.0)
    assert sign_in(client) == "/admin/"
    assert sign_in(client) == "/admin/"
    assert openid.asked.count("/realm/keys") == 1
    fresh = jwk.RSAKey.generate_key(2048, {"kid": "two", "use": "sig"})
    openid.published = [fresh.as_dict(private=False)]
    openid.signed = lambda claims: jwt.encode({"alg": "RS256", "kid": "two"}, claims, fresh)
    assert sign_in(client) == "/admin/"
    assert openid.asked.count("/realm/keys") == 2


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


def test_an_answer_is_taken_once_for_five_minutes_and_in_its_own_browser(
    app: Flask, client: Client, openid: OpenIdProvider, ines: int
) -> None:
    there = asked_at(client)
    cookie = client.flask.get_cookie("cxweb")
    assert cookie
    back = back_from(there)
    stranger = browser(app)
    assert stranger.get(back).location == "/login"
    assert client.get(back).location == "/admin/"
    # The same cookie and a new code, as somebody would who has copied the one and made the other.
    client.flask.set_cookie("cxweb", cookie.value)
    assert client.get(back_from(there)).location == "/login"
    assert STALE in said(client)
    assert client.get("/login/provider/back?code=x&state=").location == "/login"
    with clock.showing(clock.now() - CHALLENGE_PATIENCE - timedelta(seconds=1)):
        late = back_from(asked_at(client))
    assert client.get(late).location == "/login"
    assert client.get("/admin/").status_code == 303


def test_a_state_of_ones_own_is_no_answer(client: Client, openid: OpenIdProvider, ines: int) -> None:
    back = back_from(asked_at(client))
    assert client.get(back.replace("state=", "state=x")).location == "/login"
    back = back_from(asked_at(client))
    assert client.get(f"{back}&iss=http://evil.example").location == "/login"
    assert STALE in said(client)


def test_whoever_changes_their_mind_is_told_so(client: Client, openid: OpenIdProvider) -> None:
    openid.refuses = "access_denied"
    assert sign_in(client) == "/login"
    assert "Entreprise &amp; Cie did not sign you in." in said(client)


@pytest.mark.parametrize("broken", ["openid-configuration", "token", "keys"])
def test_a_provider_that_is_down_leaves_the_password(
    client: Client, openid: OpenIdProvider, ines: int, broken: str
) -> None:
    openid.breaks = broken
    where = client.get(START).location if broken.startswith("openid") else sign_in(client)
    assert where == "/login"
    assert DOWN in said(client)
    assert client.sign_in(INES).location == "/admin/"


def test_a_provider_that_says_nothing_is_waited_for_once_and_then_left_alone(
    client: Client, openid: OpenIdProvider, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("cxweb.core.oidc.PATIENCE_S", 0.3)
    openid.slow_s = 2.0
    begun = time.monotonic()
    assert client.get(START).location == "/login"
    waited = time.monotonic() - begun
    assert client.get(START).location == "/login"
    assert waited < 1.5
    assert time.monotonic() - begun - waited < 0.3
    assert openid.asked.count("/realm/.well-known/openid-configuration") == 1


@pytest.mark.parametrize(
    "document",
    [
        {"issuer": "http://127.0.0.1:1/realm"},
        {"authorization_endpoint": "http://provider.example/authorize"},
        {"authorization_endpoint": "javascript:alert(1)"},
        {"authorization_endpoint": None},
    ],
    ids=str,
)
def test_a_provider_that_is_another_or_in_clear_is_none(
    client: Client, openid: OpenIdProvider, document: dict[str, Any]
) -> None:
    openid.document = document
    assert client.get(START).location == "/login"


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
    before = client.flask.get_cookie("cxweb")
    client.get(back)
    after = client.flask.get_cookie("cxweb")
    assert before
    assert after
    assert before.value != after.value
    client.flask.set_cookie("cxweb", before.value)
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
