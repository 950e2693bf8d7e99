"""An OpenID provider on this machine: it signs everybody in who comes, as whom a test says, and checks its client."""

import base64
import hashlib
import json
import secrets
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, unquote, urlencode, urlsplit

import pytest
from flask import Flask
from joserfc import jwk, jwt

from cxweb.core import clock
from cxweb.settings import OidcSettings
from tests.page import Client

START = "/login/provider"
CLIENT, SECRET = "cxweb", "a secret: with + signs"
INES = "ines@example.com"
Claims = dict[str, Any]


def unlocked(verifier: str) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()


class OpenIdProvider:
    """What it says of the person stands in `person`; `changed` and `signed` let a test tamper with the token."""

    def __init__(self) -> None:
        self.person: Claims = {"sub": "7f3a", "email": INES, "email_verified": True}
        self.changed: Claims = {}
        self.signed: Callable[[Claims], str] = self.sign
        self.key = jwk.ECKey.generate_key("P-256", {"kid": "one", "use": "sig", "alg": "ES256"})
        self.published: list[dict[str, Any]] = [self.key.as_dict(private=False)]
        self.document: dict[str, Any] = {}
        self.in_token = True
        self.refuses, self.breaks = "", ""
        self.slow_s = 0.0
        self.codes: dict[str, dict[str, str]] = {}
        self.asked: list[str] = []
        self.faults: list[str] = []
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self.server.daemon_threads = True
        self.thread = threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        self.thread.start()

    @property
    def issuer(self) -> str:
        return f"http://127.0.0.1:{self.server.server_address[1]}/realm"

    @property
    def settings(self) -> OidcSettings:
        return OidcSettings(self.issuer, CLIENT, SECRET, "Entreprise & Cie")

    def sign(self, claims: Claims) -> str:
        return jwt.encode({"alg": "ES256", "kid": "one"}, claims, self.key)

    def discovery(self) -> dict[str, Any]:
        ends = {"authorization": "authorize", "token": "token", "userinfo": "userinfo"}
        found = {f"{name}_endpoint": f"{self.issuer}/{path}" for name, path in ends.items()}
        return {"issuer": self.issuer, "jwks_uri": f"{self.issuer}/keys", **found, **self.document}

    def authorize(self, asked: dict[str, str]) -> str:
        """Where the browser is sent back to."""
        if self.refuses:
            said = {"error": self.refuses, "state": asked["state"]}
        else:
            code = secrets.token_urlsafe(16)
            self.codes[code] = asked
            said = {"code": code, "state": asked["state"]}
        return f"{asked['redirect_uri']}?{urlencode(said)}"

    def tokens(self, form: dict[str, str], credentials: str) -> tuple[int, dict[str, Any]]:
        asked = self.codes.pop(form.get("code", ""), None)
        if asked is None:
            return 400, {"error": "invalid_grant"}
        faults = {
            "client": credentials != f"{CLIENT}:{SECRET}",
            "proof": unlocked(form.get("code_verifier", "")) != asked.get("code_challenge"),
            "method": asked.get("code_challenge_method") != "S256",
            "address": form.get("redirect_uri") != asked["redirect_uri"],
            "scope": "openid" not in asked["scope"].split(),
            "grant": form.get("grant_type") != "authorization_code",
        }
        self.faults += [name for name, wrong in faults.items() if wrong]
        if any(faults.values()):
            return 400, {"error": "invalid_grant"}
        now = int(clock.now().timestamp())
        person = self.person if self.in_token else {"sub": self.person["sub"]}
        claims = {"iss": self.issuer, "aud": CLIENT, "iat": now, "exp": now + 300, "nonce": asked["nonce"], **person}
        claims = {name: value for name, value in (claims | self.changed).items() if value is not None}
        return 200, {"access_token": "access", "token_type": "Bearer", "id_token": self.signed(claims)}

    def answer(self, path: str, body: str, headers: Any) -> tuple[int, dict[str, Any], str]:
        """Status, object and the address to go to, if any."""
        parts = urlsplit(path)
        self.asked.append(parts.path)
        time.sleep(self.slow_s)
        if self.breaks and parts.path.endswith(self.breaks):
            return 503, {}, ""
        if parts.path == "/realm/.well-known/openid-configuration":
            return 200, self.discovery(), ""
        if parts.path == "/realm/keys":
            return 200, {"keys": self.published}, ""
        if parts.path == "/realm/authorize":
            return 303, {}, self.authorize({name: values[0] for name, values in parse_qs(parts.query).items()})
        if parts.path == "/realm/userinfo":
            return (200, self.person, "") if headers["Authorization"] == "Bearer access" else (401, {}, "")
        if parts.path == "/realm/token":
            form = {name: values[0] for name, values in parse_qs(body).items()}
            basic = base64.b64decode(headers.get("Authorization", "").removeprefix("Basic ")).decode()
            given = unquote(basic) or f"{form.get('client_id')}:{form.get('client_secret')}"
            return (*self.tokens(form, given), "")
        return 404, {}, ""

    def _handler(provider) -> type[BaseHTTPRequestHandler]:
        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self.give("")

            def do_POST(self) -> None:
                self.give(self.rfile.read(int(self.headers["Content-Length"])).decode())

            def give(self, body: str) -> None:
                status, found, address = provider.answer(self.path, body, self.headers)
                text = json.dumps(found).encode()
                self.send_response(status)
                if address:
                    self.send_header("Location", address)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(text)))
                self.end_headers()
                self.wfile.write(text)

            def log_message(self, *args: object) -> None:
                """Tests stay quiet."""

        return Handler

    def stop(self) -> None:
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()


@pytest.fixture
def openid(app: Flask) -> Iterator[OpenIdProvider]:
    """A running provider, at which the application's staff may sign in."""
    provider = OpenIdProvider()
    app.config["CXWEB"] = replace(app.config["CXWEB"], oidc=provider.settings)
    yield provider
    provider.stop()


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
