"""Passwords as argon2id hashes."""

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

_hasher = PasswordHasher()
# What a wrong e-mail address is checked against, so that it takes as long as a wrong password: a hash of random bytes
# with the hasher's own parameters. Written here, because making it would cost every process a tenth of a second.
NOBODY = "$argon2id$v=19$m=65536,t=3,p=4$EPZ+Zyb766XvPUtfcW5lfw$+VT/Nsoszbpg52K1yVJ6slbcNZFrPkiiT7AnKrwA2aA"


def hashed(password: str) -> str:
    """The argon2id hash of a password, with its own salt and parameters."""
    return _hasher.hash(password)


def matches(password: str, stored: str | None) -> bool:
    """Whether the password is the stored one; takes equally long where there is none."""
    try:
        return _hasher.verify(stored or NOBODY, password) and stored is not None
    except (VerificationError, InvalidHashError):
        return False
