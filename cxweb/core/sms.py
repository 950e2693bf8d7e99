"""The text of an SMS as networks carry it: which alphabet it takes, how many segments that makes, what they cost."""

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from cxweb.core.senders.gsm import encoded, is_basic

_DIRECTIONS = "\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\ufeff"
# All of them lie below U+3001.
_SPACES = (char for char in map(chr, range(0x3001)) if unicodedata.category(char) in {"Cc", "Zl", "Zp", "Zs"})
# Typography that nobody misses in an SMS; each of these would cut every segment from 160 characters to 70.
PLAIN: Mapping[int, str] = str.maketrans(
    dict.fromkeys([*_SPACES, *_DIRECTIONS], " ")
    | dict.fromkeys("’‘‚‛′", "'")
    | dict.fromkeys("“”„«»″", '"')
    | dict.fromkeys("–—‐‑−", "-")
    | {"…": "..."}
)
# What one SMS holds, and each of several: those carry a header that puts them together again.
GSM, UCS2 = (160, 153), (70, 67)
# What stands for a letter that does not come apart into a plain one and its accent.
_INSTEAD = {"œ": "oe", "Œ": "OE", "ł": "l", "Ł": "L", "đ": "d", "Đ": "D", "ı": "i", "ð": "d", "þ": "th"} | {
    "`": "'", "´": "'", "°": "o", "•": "-", "·": "-", "‹": "<", "›": ">", "×": "x"
}  # fmt: skip


@dataclass(frozen=True)
class Segments:
    """How a text travels: the segments it takes and what is left of the last one."""

    count: int
    # Characters (or septets) one segment holds, and how many still fit into the last.
    each: int
    left: int
    # The characters that force the alphabet of 70 characters, each once, in the order they come.
    forcing: tuple[str, ...]


def plain(text: str) -> str:
    """The text on one line, its typographic characters as the 7-bit alphabet writes them."""
    return " ".join(text.translate(PLAIN).split())


def segments(text: str) -> Segments:
    """The segments a text takes. A character of two units is never cut: it begins the next segment instead."""
    forcing = tuple(dict.fromkeys(char for char in text if not is_basic(char)))
    carried = encoded(text)
    (alone, each), octets = (UCS2, 2) if forcing else (GSM, 1)
    if carried.fits_one:
        return Segments(min(1, len(text)), alone, alone - len(carried.octets) // octets, forcing)
    parts = list(carried.parts())
    return Segments(len(parts), each, each - len(parts[-1]) // octets, forcing)


def replacement(char: str) -> str:
    """What says nearly the same in the 7-bit alphabet: `c` for `ç`, `oe` for `œ`; empty where nothing does."""
    if char in _INSTEAD:
        return _INSTEAD[char]
    apart = (part for part in unicodedata.normalize("NFKD", char) if not unicodedata.combining(part))
    letters = "".join(apart)
    return letters if all(map(is_basic, letters)) else ""


def cost(count: int, price: str) -> Decimal | None:
    """What so many segments cost at the price of one (`0.045`); None where no price is set."""
    return count * Decimal(price) if price else None
