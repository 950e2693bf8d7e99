"""Secrets at rest: what the product has to know again is encrypted in the database, under a key made of its own.

A copy of the database alone opens none of it. The secret key, which lies elsewhere, does.
"""

import base64
import logging
from functools import lru_cache
from typing import TYPE_CHECKING, NewType

from flask import current_app

if TYPE_CHECKING:
    from cryptography.fernet import MultiFernet

# A text as seal() gives it: ASCII, and longer than what it hides.
Sealed = NewType("Sealed", str)
NOTHING = Sealed("")
# What the key is for; another purpose takes another word, and so has another key.
PURPOSE = b"cxweb secrets at rest 1"
MARK = b"cxweb mark of a secret key 1"


log = logging.getLogger(__name__)


class CannotOpen(ValueError):
    """The text was sealed with a key that is not known here any more, or is none that was sealed."""


def seal(text: str) -> Sealed:
    """The text, encrypted and authenticated under the newest key; different each time."""
    return Sealed(_box().encrypt(text.encode()).decode())


def unseal(sealed: Sealed) -> str:
    """The text again, whichever of the known keys sealed it. Raises CannotOpen."""
    from cryptography.fernet import InvalidToken  # noqa: PLC0415 - as below

    try:
        return _box().decrypt(sealed.encode()).decode()
    except InvalidToken:
        raise CannotOpen("A secret of the database was sealed with another secret key.") from None


def opened_or_none(sealed: Sealed | None) -> str | None:
    """The text where there is one and its key is known; what cannot be opened is told in the log."""
    try:
        return unseal(sealed) if sealed else None
    except CannotOpen as error:
        log.error("%s See docs/security.md.", error)
        return None


def resealed(sealed: Sealed) -> Sealed:
    """The same under the newest key; unchanged where that is its key already. Raises CannotOpen."""
    from cryptography.fernet import InvalidToken  # noqa: PLC0415 - as below

    newest, *_ = _keys()
    try:
        _box_of((newest,)).decrypt(sealed.encode())
    except InvalidToken:
        return seal(unseal(sealed))
    return sealed


def mark_of(secret_key: str) -> str:
    """What tells one secret key from another and says nothing about it: 16 hexadecimal digits."""
    return _derived(secret_key, MARK)[:8].hex()


def marks() -> list[str]:
    """The marks of the keys that are known here, the newest first."""
    return [mark_of(key) for key in _keys()]


def _keys() -> tuple[str, ...]:
    settings = current_app.config["CXWEB"]
    return (settings.secret_key, *settings.opening_keys)


def _box() -> "MultiFernet":
    return _box_of(_keys())


@lru_cache(maxsize=8)
def _box_of(secret_keys: tuple[str, ...]) -> "MultiFernet":
    # Loaded where it is used: most processes of most companies never open a secret.
    from cryptography.fernet import Fernet, MultiFernet  # noqa: PLC0415

    return MultiFernet([Fernet(base64.urlsafe_b64encode(_derived(key, PURPOSE))) for key in secret_keys])


def _derived(secret_key: str, purpose: bytes) -> bytes:
    """32 bytes by HKDF-SHA256 (RFC 5869). No salt: the secret key is random, and the same bytes are needed again."""
    from cryptography.hazmat.primitives.hashes import SHA256  # noqa: PLC0415 - as above
    from cryptography.hazmat.primitives.kdf.hkdf import HKDF  # noqa: PLC0415 - as above

    return HKDF(SHA256(), 32, salt=None, info=purpose).derive(secret_key.encode())
