"""OpenID Connect (Core 1.0, code flow with PKCE): where a provider asks a person, and who it says that was."""

import base64
import hashlib
import hmac
import time
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

from cxweb.core import clock
from cxweb.core.provider_calls import ProviderCalls, ProviderDown, RefusedCode
from cxweb.core.senders.https import is_loopback
from cxweb.settings import OidcSettings

__all__ = ["Ceremony", "Identity", "Provider", "ProviderDown", "RefusedIdentity", "ceremony_of", "provider_of"]

# Signatures by a key of the provider's. `none` and those made with the client's own secret are not among them.
ALGORITHMS = ("RS256", "PS256", "ES256")
KEY_TYPES = {"RSA", "EC"}
# All calls of one sign-in together; a request's place is held that long at the most.
PATIENCE_S = 5.0
# For how long the provider's document and keys are believed, and how soon unknown keys are looked for again.
KEPT_S, FRESH_S = 3600.0, 30.0
# How far the provider's clock may be off.
SKEW_S = 60
LONGEST_SUBJECT = 255


class RefusedIdentity(Exception):
    """What the provider says of the person does not hold; the text says why, for the log."""


@dataclass(frozen=True)
class Identity:
    """Who signed in at the provider; the e-mail address is empty where the provider has not verified it."""

    issuer: str
    subject: str
    email: str


@dataclass(frozen=True)
class Ceremony:
    """What one sign-in is bound to: it goes out with the person and has to come back."""

    state: str
    nonce: str
    verifier: str
    back: str


def ceremony_of(state: str, key: str, back: str) -> Ceremony:
    """The same state gives the same nonce and verifier, which only the holder of the key can make."""
    nonce, verifier = (
        hmac.new(key.encode(), f"{kind} {state}".encode(), hashlib.sha256).hexdigest() for kind in ("nonce", "pkce")
    )
    return Ceremony(state, nonce, verifier, back)


@cache
def provider_of(settings: OidcSettings) -> "Provider":
    """The provider of these settings, with what is known of it."""
    return Provider(settings)


class Provider:
    """Asks one provider, and remembers its document and keys for a while."""

    def __init__(self, settings: OidcSettings) -> None:
        self.settings = settings
        self._calls = ProviderCalls()

    def address(self, ceremony: Ceremony) -> str:
        """Where the browser goes for the person to sign in. Raises ProviderDown."""
        there = self._endpoint("authorization_endpoint", time.monotonic() + PATIENCE_S)
        proof = base64.urlsafe_b64encode(hashlib.sha256(ceremony.verifier.encode()).digest()).rstrip(b"=").decode()
        asked = {
            "response_type": "code",
            "client_id": self.settings.client_id,
            "redirect_uri": ceremony.back,
            "scope": "openid email",
            "state": ceremony.state,
            "nonce": ceremony.nonce,
            "code_challenge": proof,
            "code_challenge_method": "S256",
        }
        return f"{there}{'&' if urlsplit(there).query else '?'}{urlencode(asked)}"

    def identity(self, code: str, ceremony: Ceremony) -> Identity:
        """Whom the provider has signed in. Raises ProviderDown and RefusedIdentity."""
        until = time.monotonic() + PATIENCE_S
        given = self._tokens(code, ceremony, until)
        claims = self._claims(str(given.get("id_token", "")), ceremony.nonce, until)
        told = {"email", "email_verified"} <= claims.keys()
        said = claims if told else self._userinfo(given, claims["sub"], until)
        email = said.get("email")
        verified = said.get("email_verified") is True and isinstance(email, str) and email.isprintable()
        return Identity(self.settings.issuer, claims["sub"], str(email).strip().lower() if verified else "")

    def _tokens(self, code: str, ceremony: Ceremony, until: float) -> dict[str, Any]:
        """What the provider gives for the code."""
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": ceremony.back,
            "code_verifier": ceremony.verifier,
        }
        client = self.settings.client_id, self.settings.client_secret
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        ways = self._document(until).get("token_endpoint_auth_methods_supported") or ["client_secret_basic"]
        if "client_secret_basic" in ways:
            both = ":".join(quote(part, safe="") for part in client).encode()
            headers["Authorization"] = f"Basic {base64.b64encode(both).decode()}"
        else:
            form |= dict(zip(("client_id", "client_secret"), client, strict=True))
        there = self._endpoint("token_endpoint", until)
        try:
            return self._calls.json("POST", there, until, urlencode(form).encode(), headers)
        except RefusedCode as error:
            raise RefusedIdentity(f"the provider takes the code not: {error}") from error

    def _claims(self, token: str, nonce: str, until: float) -> dict[str, Any]:
        """What the signed token says, each claim of it checked (OpenID Connect Core, 3.1.3.7)."""
        claims, now, client = self._signed(token, until), clock.now().timestamp(), self.settings.client_id
        audience = claims.get("aud")
        audiences = audience if isinstance(audience, list) else [audience]
        subject, begun, ends = claims.get("sub"), claims.get("iat"), claims.get("exp")
        faults = {
            "issuer": claims.get("iss") != self.settings.issuer,
            "audience": client not in audiences or (len(audiences) > 1 and claims.get("azp") is None),
            "authorised party": claims.get("azp") not in {None, client},
            "end": not isinstance(ends, int | float) or not now < ends + SKEW_S,
            "beginning": not isinstance(begun, int | float) or not begun - SKEW_S <= now,
            "nonce": not hmac.compare_digest(str(claims.get("nonce")).encode(), nonce.encode()),
            "subject": not isinstance(subject, str)
            or not 0 < len(subject) <= LONGEST_SUBJECT
            or not subject.isprintable(),
        }
        wrong = [name for name, holds in faults.items() if holds]
        if wrong:
            raise RefusedIdentity(f"the token has another {wrong[0]}")
        return claims

    def _signed(self, token: str, until: float) -> dict[str, Any]:
        """The claims of a token that a key of the provider's has signed."""
        # The library and its cryptography are loaded where they are used, as those of passkeys are.
        from joserfc import jwk, jws, jwt  # noqa: PLC0415
        from joserfc.errors import JoseError  # noqa: PLC0415

        refused: Exception = RefusedIdentity("no key fits")
        try:
            header = jws.extract_compact(token.encode()).headers()
            if header.get("alg") not in ALGORITHMS:
                raise RefusedIdentity("the token is signed in a way that is not taken")
            for key in self._keys(header.get("kid"), until):
                try:
                    return jwt.decode(token, jwk.import_key(key, key["kty"]), algorithms=list(ALGORITHMS)).claims
                except JoseError as error:
                    refused = error
        except (JoseError, ValueError, KeyError, TypeError) as error:
            refused = error
        raise RefusedIdentity(f"the token is not the provider's: {type(refused).__name__}") from refused

    def _keys(self, kid: object, until: float) -> list[dict[str, Any]]:
        """The keys that may have signed: the one of that name, else all; an unknown name is looked for again, once."""
        there = self._endpoint("jwks_uri", until)
        for age in (KEPT_S, FRESH_S):
            listed = self._calls.remembered(there, age, until).get("keys")
            keys = [key for key in listed if isinstance(key, dict)] if isinstance(listed, list) else []
            fit = [key for key in keys if key.get("kty") in KEY_TYPES and key.get("use", "sig") == "sig"]
            if found := [key for key in fit if kid is None or key.get("kid") == kid]:
                return found
        raise RefusedIdentity("the token is signed by an unknown key")

    def _userinfo(self, given: Mapping[str, Any], subject: str, until: float) -> dict[str, Any]:
        """What else the provider says of the same person: many tell the e-mail address only here."""
        if not self._document(until).get("userinfo_endpoint"):
            return {}
        headers = {"Authorization": f"Bearer {given.get('access_token', '')}"}
        said = self._calls.json("GET", self._endpoint("userinfo_endpoint", until), until, None, headers)
        if said.get("sub") != subject:
            raise RefusedIdentity("the provider speaks of two people")
        return said

    def _document(self, until: float) -> dict[str, Any]:
        """What the provider says of itself (OpenID Connect Discovery, 4.2)."""
        issuer = self.settings.issuer
        found = self._calls.remembered(f"{issuer.rstrip('/')}/.well-known/openid-configuration", KEPT_S, until)
        if found.get("issuer") != issuer:
            raise ProviderDown("its document names another issuer")
        return found

    def _endpoint(self, name: str, until: float) -> str:
        """One of its addresses: https, or where the provider is this very machine, on that."""
        url = self._document(until).get(name)
        parts = urlsplit(url if isinstance(url, str) else "")
        clear = parts.scheme == "http" and is_loopback(parts.hostname or "") and self._is_here
        if not parts.hostname or not (parts.scheme == "https" or clear):
            raise ProviderDown(f"its document has no {name} on https")
        return str(url)

    @property
    def _is_here(self) -> bool:
        return is_loopback(urlsplit(self.settings.issuer).hostname or "")
