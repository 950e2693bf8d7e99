"""Passwords as argon2id hashes, and which ones are too easily guessed to be taken."""

import gzip
import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from cxweb.accounts.rules import LONGEST_PASSWORD, SHORTEST_PASSWORD
from cxweb.core.i18n import lazy

_hasher = PasswordHasher()
# What a wrong e-mail address is checked against, so that it takes as long as a wrong password: a hash of random bytes
# with the hasher's own parameters. Written here, because making it would cost every process a tenth of a second.
NOBODY = "$argon2id$v=19$m=65536,t=3,p=4$EPZ+Zyb766XvPUtfcW5lfw$+VT/Nsoszbpg52K1yVJ6slbcNZFrPkiiT7AnKrwA2aA"
# What is wrong with a password, by the name that weakness() gives it.
WEAKNESSES: Mapping[str, str] = {
    "short": lazy("The password needs at least 12 characters."),
    "long": lazy("The password takes at most 256 characters."),
    "common": lazy(
        "This is one of the first passwords a stranger would try. Take a few words that do not belong together."
    ),
    "own": lazy("This is mostly your name, your address or the company’s name. Take words that nobody expects of you."),
}
# A pattern of so few characters is no more than those, however often it is repeated.
SHORTEST_PATTERN = 6
# So much must be left of a password that holds a name of its owner's.
LEAST_BESIDE_OWN = 8
_DISGUISES = str.maketrans("0134578@$!", "oieastbasi")
_EDGES = re.compile(r"^[\W\d_]+|[\W\d_]+$")
_ROWS = ("0123456789", "qwertyuiopasdfghjklzxcvbnm", "azertyuiopqsdfghjklmwxcvbn", "abcdefghijklmnopqrstuvwxyz")


def hashed(password: str) -> str:
    """The argon2id hash of a password, with its own salt and parameters."""
    return _hasher.hash(password)


def matches(password: str, stored: str | None) -> bool:
    """Whether the password is the stored one; takes equally long where there is none."""
    try:
        return _hasher.verify(stored or NOBODY, password) and bool(stored)
    except (VerificationError, InvalidHashError):
        return False


def weakness(password: str, *own: str) -> str | None:
    """Why a password is not taken, as a name of WEAKNESSES; None for a good one. `own`: its owner's names.

    Length counts, and how soon it would be guessed. Nothing is asked of which characters it holds.
    """
    if len(password) < SHORTEST_PASSWORD:
        return "short"
    if len(password) > LONGEST_PASSWORD:
        return "long"
    plain = password.casefold()
    if any(_is_common(text) for text in (plain, plain.translate(_DISGUISES))):
        return "common"
    names = {word for name in own for word in re.split(r"[\W\d_]+", name.casefold()) if len(word) > 3}
    beside = plain
    for name in names:
        beside = beside.replace(name, "")
    return "own" if beside != plain and len(beside) < LEAST_BESIDE_OWN else None


def _is_common(text: str) -> bool:
    """Whether a text is a word of the list with anything but letters around it, or a pattern said again and again."""
    unit = _unit(text)
    core = _EDGES.sub("", unit)
    if unit in _common() or core in _common():
        return True
    return (len(unit) < SHORTEST_PATTERN and unit != text) or _is_row(unit)


def _unit(text: str) -> str:
    """What a text repeats: `abcabcab` repeats `abc`; itself where it repeats nothing."""
    length = (text + text).find(text, 1)
    if length < len(text):
        return text[:length]
    for length in range(1, len(text) // 2 + 1):
        if (text[:length] * len(text))[: len(text)] == text:
            return text[:length]
    return text


def _is_row(text: str) -> bool:
    """Whether the text is a run along a keyboard or the alphabet, forwards or backwards."""
    return any(text in row * 3 or text[::-1] in row * 3 for row in _ROWS)


@cache
def _common() -> frozenset[str]:
    file = Path(__file__).with_name("common_passwords.txt.gz")
    return frozenset(gzip.decompress(file.read_bytes()).decode("ascii").split())
