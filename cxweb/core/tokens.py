"""Secrets that stand in addresses, cookies and headers."""

import hashlib
import hmac
import re
import secrets

LINK = re.compile(r"[A-Za-z0-9_-]{22}")


def new_link() -> str:
    """A 128-bit random token of 22 characters, for a tracking link."""
    return secrets.token_urlsafe(16)


def is_link(text: str) -> bool:
    """Whether the text has the shape of new_link(), so that other paths need no query."""
    return LINK.fullmatch(text) is not None


def new_secret() -> str:
    """A 256-bit random secret of 43 characters, for a session or an API key; only its digest is stored."""
    return secrets.token_urlsafe(32)


def digest(secret: str) -> str:
    """SHA-256 of a secret as 64 hexadecimal digits. Enough for random secrets; passwords take argon2."""
    return hashlib.sha256(secret.encode()).hexdigest()


def keyed_digest(key: str, text: str) -> str:
    """HMAC-SHA-256 of a text as 64 hexadecimal digits: what can be guessed, as a phone number can, needs the key."""
    return hmac.new(key.encode(), text.encode(), hashlib.sha256).hexdigest()


def sealed(key: str, nonce: str) -> str:
    """A nonce with its seal: what only the holder of the key could have made. Half the digest is 128 bits."""
    return f"{nonce}.{keyed_digest(key, nonce)[:32]}"


def unsealed(key: str, text: str) -> str | None:
    """The nonce of what sealed() made with this key, None of anything else."""
    nonce, _, _ = text.partition(".")
    return nonce if text.isascii() and hmac.compare_digest(text, sealed(key, nonce)) else None
