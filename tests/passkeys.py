"""A device that makes and uses passkeys, in software (W3C WebAuthn), and how a browser asks it."""

import hashlib
import json
import re
import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass, field
from typing import Any

import cbor2
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from flask import Flask

from tests.factories import PASSWORD
from tests.page import Client

PAGE = "/admin/account/passkeys"
PRESENT, VERIFIED, ATTESTED = 1, 4, 64
ES256 = -7


def text_of(value: bytes) -> str:
    return urlsafe_b64encode(value).rstrip(b"=").decode()


def bytes_of(text: str) -> bytes:
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))


@dataclass
class Device:
    """One passkey. `origin` is what the browser says of the page; `counts`: whether the device counts its uses."""

    origin: str = "http://localhost"
    site: str = "localhost"
    counts: bool = True
    verifies: bool = True
    id: bytes = field(default_factory=lambda: secrets.token_bytes(32))
    key: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))
    handle: bytes | None = None
    count: int = 0

    def make(self, options: dict[str, Any]) -> str:
        """The answer to what was asked for a new passkey."""
        self.handle = bytes_of(options["user"]["id"])
        point = self.key.public_key().public_numbers()
        cose = cbor2.dumps({1: 2, 3: ES256, -1: 1, -2: point.x.to_bytes(32, "big"), -3: point.y.to_bytes(32, "big")})
        attested = bytes(16) + len(self.id).to_bytes(2, "big") + self.id + cose
        data = self._data(ATTESTED) + attested
        attestation = cbor2.dumps({"fmt": "none", "attStmt": {}, "authData": data})
        client = self._client("webauthn.create", options["challenge"])
        response = {"clientDataJSON": client, "attestationObject": attestation}
        return self._credential(response, transports=["internal", "hybrid"])

    def use(self, options: dict[str, Any], **changed: bytes) -> str:
        """The answer to what was asked for a use; `changed` takes the place of parts of it."""
        self.count += self.counts
        data, client = self._data(), self._client("webauthn.get", options["challenge"])
        signed = self.key.sign(data + hashlib.sha256(client).digest(), ec.ECDSA(SHA256()))
        response = {"clientDataJSON": client, "authenticatorData": data, "signature": signed}
        if self.handle is not None:
            response["userHandle"] = self.handle
        return self._credential({**response, **changed})

    def _data(self, more: int = 0) -> bytes:
        flags = PRESENT | (VERIFIED if self.verifies else 0) | more
        return hashlib.sha256(self.site.encode()).digest() + bytes([flags]) + self.count.to_bytes(4, "big")

    def _client(self, kind: str, challenge: str) -> bytes:
        said = {"type": kind, "challenge": challenge, "origin": self.origin, "crossOrigin": False}
        return json.dumps(said).encode()

    def _credential(self, response: dict[str, bytes], **more: object) -> str:
        said = {name: text_of(value) for name, value in response.items()}
        id_ = text_of(self.id)
        return json.dumps({"id": id_, "rawId": id_, "type": "public-key", "response": {**said, **more}})


def browser(app: Flask) -> Client:
    """One that asks for English before anybody is known."""
    made = Client(app)
    made.flask.environ_base["HTTP_ACCEPT_LANGUAGE"] = "en"
    return made


def token_of(client: Client, path: str) -> str:
    found = re.search(r'name="csrf_token" value="([^"]+)"', client.get(path).text)
    assert found
    return found.group(1)


def asked(client: Client, path: str, **form: str) -> tuple[int, dict[str, Any]]:
    """What the page's script is told before it asks the device."""
    page = {"/login/passkey/options": "/login"}.get(path, PAGE)
    answer = client.post(path, {"csrf_token": token_of(client, page), **form})
    return answer.status_code, json.loads(answer.text)


def add(client: Client, device: Device, name: str = "Telephone") -> str:
    """Add the device's passkey; the page that is shown."""
    status, options = asked(client, f"{PAGE}/options", password=PASSWORD)
    assert status == 200, options
    answer = client.submit(PAGE, {"credential": device.make(options), "name": name})
    assert answer.status_code in {200, 303}, answer.text
    return answer.text


def enter(client: Client, device: Device, **changed: bytes) -> int:
    """Sign in with the passkey, from whichever page waits."""
    status, options = asked(client, "/login/passkey/options")
    assert status == 200
    return post(client, device.use(options, **changed))


def post(client: Client, credential: str) -> int:
    form = {"csrf_token": token_of(client, "/password"), "credential": credential, "next": "/admin/ratings"}
    return client.post("/login/passkey", form).status_code
