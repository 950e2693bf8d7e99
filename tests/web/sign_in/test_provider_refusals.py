"""What an OpenID provider says is believed only as signed, for this sign-in and browser, once; and it may be down."""

import json
import time
from base64 import urlsafe_b64encode
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from joserfc import jwk, jwt
from sqlalchemy import select

from cxweb.accounts.models import StaffSession
from cxweb.accounts.rules import CHALLENGE_PATIENCE
from cxweb.core import clock
from cxweb.core.db import session
from tests.openid_provider import (
    CLIENT,
    INES,
    SECRET,
    START,
    Claims,
    OpenIdProvider,
    asked_at,
    back_from,
    said,
    sign_in,
)
from tests.page import Client
from tests.passkeys import browser

RIGHT = "was not right, and nobody was signed in"
STALE = "That took too long, or was sent twice."
DOWN = "Entreprise &amp; Cie does not answer."


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
        {"sub": "7\0"},
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


def test_an_answer_is_taken_once_for_five_minutes_and_in_its_own_browser(
    app: Flask, client: Client, openid: OpenIdProvider, ines: int
) -> None:
    there = asked_at(client)
    cookie = client.session()
    back = back_from(there)
    stranger = browser(app)
    assert stranger.get(back).location == "/login"
    assert client.get(back).location == "/admin/"
    # The same cookie and a new code, as somebody would who has copied the one and made the other.
    client.flask.set_cookie("cxweb", cookie)
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
