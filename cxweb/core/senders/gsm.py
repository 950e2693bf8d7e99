"""The alphabets of SMS: GSM 03.38 of seven bits where it has every character, else UCS-2; and parts of long texts."""

from collections.abc import Iterator
from dataclasses import dataclass

ALPHABET = (
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞ\x1bÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
ESCAPE = 0x1B
# Reached through the escape character, so that each takes the room of two.
EXTENSION = {"\f": 0x0A, "^": 0x14, "{": 0x28, "}": 0x29, "\\": 0x2F, "[": 0x3C, "~": 0x3D, "]": 0x3E, "|": 0x40}
EXTENSION["€"] = 0x65
_CODES = {character: bytes([code]) for code, character in enumerate(ALPHABET) if code != ESCAPE}
_CODES |= {character: bytes([ESCAPE, code]) for character, code in EXTENSION.items()}
_EXTENDED = {code: character for character, code in EXTENSION.items()}

SEVEN_BIT, LATIN_1, UCS_2 = 0, 3, 8


@dataclass(frozen=True)
class Encoded:
    """A text in octets, one a seven-bit character or two a UCS-2 one; no part of `units` may be cut in two."""

    coding: int
    units: tuple[bytes, ...]

    @property
    def octets(self) -> bytes:
        return b"".join(self.units)

    @property
    def fits_one(self) -> bool:
        """Whether one SMS holds it."""
        return len(self.octets) <= (160 if self.coding == SEVEN_BIT else 140)

    def parts(self) -> Iterator[bytes]:
        """The octets in parts that leave room for the header which joins them again."""
        room, part = (153 if self.coding == SEVEN_BIT else 134), b""
        for unit in self.units:
            if len(part) + len(unit) > room:
                yield part
                part = b""
            part += unit
        yield part


def is_basic(character: str) -> bool:
    """Whether the alphabet of seven bits has the character."""
    return character in _CODES


def encoded(text: str) -> Encoded:
    """The text in the alphabet it needs."""
    if all(map(is_basic, text)):
        return Encoded(SEVEN_BIT, tuple(_CODES[character] for character in text))
    return Encoded(UCS_2, tuple(character.encode("utf-16-be", "replace") for character in text))


def decoded(octets: bytes, coding: int) -> str:
    """The text of octets that a gateway handed over; what cannot be read becomes a question mark."""
    if coding == UCS_2:
        return octets.decode("utf-16-be", "replace")
    if coding != SEVEN_BIT:
        return octets.decode("latin-1" if coding == LATIN_1 else "ascii", "replace")
    text, escaped = "", False
    for code in octets:
        if code == ESCAPE:
            escaped = True
            continue
        text += _EXTENDED.get(code, "?") if escaped else ALPHABET[code] if code < len(ALPHABET) else "?"
        escaped = False
    return text
