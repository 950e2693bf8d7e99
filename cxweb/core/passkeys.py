"""Passkeys (W3C WebAuthn): what a browser is asked for, and whether what its device answers is right."""

from dataclasses import dataclass
from ipaddress import ip_address
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from cxweb.core.senders.https import is_loopback

if TYPE_CHECKING:
    from webauthn.helpers.structs import (
        AuthenticationCredential,
        PublicKeyCredentialDescriptor,
        RegistrationCredential,
    )

# The library and its cryptography are loaded where they are used: a serving process starts half a second sooner.
# ruff: noqa: PLC0415
DEFAULT_PORTS = {"http": 80, "https": 443}
# How long the browser waits for the device, in ms.
TIMEOUT_MS = 300_000
LONGEST_ID = 1023


class RefusedPasskey(Exception):
    """The answer is none of a device that was asked here and now; the text says what is wrong with it, for the log."""


@dataclass(frozen=True)
class Site:
    """What passkeys are bound to: the name of the host, and the one origin whose pages may use them."""

    name: str
    origin: str

    @property
    def host(self) -> str:
        return urlsplit(self.origin).netloc


def site_of(base_url: str) -> Site | None:
    """The site at this address; None for a number or a name without https, to which browsers bind no passkey.

    This machine itself is `localhost`, the one name that needs no https.
    """
    parts = urlsplit(base_url.lower())
    host, port = parts.hostname or "", parts.port
    if is_loopback(host):
        host = "localhost"
    elif parts.scheme != "https" or _is_number(host):
        return None
    # Browsers name a host with accents as machines do.
    name = host if host.isascii() else host.encode("idna").decode("ascii")
    ending = "" if port in {None, DEFAULT_PORTS[parts.scheme]} else f":{port}"
    return Site(name, f"{parts.scheme}://{name}{ending}")


def _is_number(host: str) -> bool:
    try:
        return bool(ip_address(host))
    except ValueError:
        return False


@dataclass(frozen=True)
class Owner:
    """Whom a new passkey is for. The handle is what a device keeps of an account, and names nobody."""

    handle: bytes
    email: str
    name: str


@dataclass(frozen=True)
class Known:
    """A passkey that is registered: its id in base64url, and how its device may be reached."""

    id: str
    transports: tuple[str, ...] = ()


@dataclass(frozen=True)
class NewPasskey:
    """What is kept of a new passkey; the key is in COSE."""

    id: str
    public_key: bytes
    sign_count: int
    transports: list[str]


@dataclass(frozen=True)
class Answer:
    """What came back when a passkey was asked for; nothing of it is believed before use_of()."""

    id: str
    handle: bytes | None
    credential: "AuthenticationCredential"


def new_passkey_options(site: Site, challenge: str, owner: Owner, company: str, known: list[Known]) -> str:
    """What the browser is to make, as JSON: a passkey that finds its account by itself and checks who holds it."""
    from webauthn import base64url_to_bytes, generate_registration_options, options_to_json
    from webauthn.helpers.structs import (
        AuthenticatorSelectionCriteria,
        ResidentKeyRequirement,
        UserVerificationRequirement,
    )

    options = generate_registration_options(
        rp_id=site.name,
        rp_name=company,
        user_id=owner.handle,
        user_name=owner.email,
        user_display_name=owner.name,
        challenge=base64url_to_bytes(challenge),
        timeout=TIMEOUT_MS,
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.REQUIRED, user_verification=UserVerificationRequirement.REQUIRED
        ),
        exclude_credentials=_descriptors(known),
    )
    return options_to_json(options)


def use_options(site: Site, challenge: str, known: list[Known]) -> str:
    """What the browser is to ask the device for, as JSON: one of these passkeys, or without any whichever it holds."""
    from webauthn import base64url_to_bytes, generate_authentication_options, options_to_json
    from webauthn.helpers.structs import UserVerificationRequirement

    options = generate_authentication_options(
        rp_id=site.name,
        challenge=base64url_to_bytes(challenge),
        timeout=TIMEOUT_MS,
        allow_credentials=_descriptors(known),
        user_verification=UserVerificationRequirement.REQUIRED,
    )
    return options_to_json(options)


def new_passkey_of(site: Site, challenge: str, answer: str) -> NewPasskey:
    """The passkey that the browser has made. Raises RefusedPasskey."""
    from webauthn import base64url_to_bytes, verify_registration_response
    from webauthn.helpers import bytes_to_base64url, parse_registration_credential_json

    # The library names many faults and not all that a browser's text can have; each of them is a refusal.
    try:
        credential: RegistrationCredential = parse_registration_credential_json(answer)
        found = verify_registration_response(
            credential=credential,
            expected_challenge=base64url_to_bytes(challenge),
            expected_rp_id=site.name,
            expected_origin=site.origin,
            require_user_verification=True,
        )
    except Exception as error:
        raise RefusedPasskey(f"{type(error).__name__}: {error}") from error
    if len(found.credential_id) > LONGEST_ID:
        raise RefusedPasskey("its id is too long")
    transports = [transport.value for transport in credential.response.transports or ()]
    id_ = bytes_to_base64url(found.credential_id)
    return NewPasskey(id_, found.credential_public_key, found.sign_count, transports)


def answer_of(text: str) -> Answer:
    """What the browser has sent, read. Raises RefusedPasskey."""
    from webauthn.helpers import bytes_to_base64url, parse_authentication_credential_json

    try:
        credential = parse_authentication_credential_json(text)
    except Exception as error:
        raise RefusedPasskey(f"{type(error).__name__}: {error}") from error
    return Answer(bytes_to_base64url(credential.raw_id), credential.response.user_handle, credential)


def use_of(site: Site, challenge: str, answer: Answer, public_key: bytes) -> int:
    """What the device's counter says after a use that is right; whether it holds is for the caller.

    Raises RefusedPasskey for another challenge, origin or site, a wrong signature, or a person who was not verified.
    """
    from webauthn import base64url_to_bytes, verify_authentication_response

    try:
        found = verify_authentication_response(
            credential=answer.credential,
            expected_challenge=base64url_to_bytes(challenge),
            expected_rp_id=site.name,
            expected_origin=site.origin,
            credential_public_key=public_key,
            credential_current_sign_count=0,
            require_user_verification=True,
        )
    except Exception as error:
        raise RefusedPasskey(f"{type(error).__name__}: {error}") from error
    return found.new_sign_count


def _descriptors(known: list[Known]) -> "list[PublicKeyCredentialDescriptor]":
    from webauthn import base64url_to_bytes
    from webauthn.helpers.structs import AuthenticatorTransport, PublicKeyCredentialDescriptor

    ways = {way.value: way for way in AuthenticatorTransport}
    return [
        PublicKeyCredentialDescriptor(
            id=base64url_to_bytes(one.id), transports=[ways[way] for way in one.transports if way in ways] or None
        )
        for one in known
    ]
