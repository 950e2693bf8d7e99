"""Whether what was posted to us comes from the gateway: its signature, checked in constant time."""

import hashlib
import hmac
from base64 import b64decode, b64encode
from binascii import Error
from collections.abc import Mapping, Sequence

# A signature older than this, or as far ahead, is refused: whoever recorded it cannot use it later.
WINDOW_S = 300
OWN_SECRET = "whsec_"  # noqa: S105 - how the standard marks a secret, not a secret


def signed_by_twilio(token: str, url: str, form: Mapping[str, Sequence[str]], signature: str) -> bool:
    """Twilio's own way: HMAC-SHA1 over the address that was called and the form's fields in order of their names."""
    # Each value of a field that comes several times counts once.
    fields = "".join(name + value for name in sorted(form) for value in sorted(set(form[name])))
    expected = b64encode(hmac.new(token.encode(), (url + fields).encode(), hashlib.sha1).digest())
    return hmac.compare_digest(expected, signature.encode())


def signed_by_standard(key: str, id_: str, timestamp: str, body: bytes, signatures: str, now: float) -> bool:
    """The way of Standard Webhooks: HMAC-SHA256 over id, timestamp and body; any of the signatures given may be it."""
    if not (timestamp.isascii() and timestamp.isdigit() and len(timestamp) < 12):
        return False
    if not id_ or abs(now - int(timestamp)) > WINDOW_S:
        return False
    expected = standard_signature(key, id_, timestamp, body).encode()
    return any(hmac.compare_digest(expected, given.encode()) for given in signatures.split(" "))


def standard_signature(key: str, id_: str, timestamp: str, body: bytes) -> str:
    """One signature of Standard Webhooks; a header may hold several, with a space between them."""
    signed = f"{id_}.{timestamp}.".encode() + body
    return f"v1,{b64encode(hmac.new(_secret(key), signed, hashlib.sha256).digest()).decode()}"


def _secret(key: str) -> bytes:
    if key.startswith(OWN_SECRET):
        try:
            return b64decode(key.removeprefix(OWN_SECRET), validate=True)
        except Error:
            pass
    return key.encode()
