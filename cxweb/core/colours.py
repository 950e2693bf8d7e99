"""Colours and their contrast, by the formulas of WCAG 2.2."""

from typing import NamedTuple

# What the accent stands on, as static/css/tokens.css has it: ground, surface and raised, in light and in dark.
LIGHT = ("#f7f5f1", "#ffffff", "#fbfaf7")
DARK = ("#141412", "#1e1d1b", "#25241f")
INKS = ("#ffffff", "#0b1f1a")
# AA for text of any size.
ENOUGH = 4.5
SOFT = 0.14

Rgb = tuple[float, float, float]


class Accent(NamedTuple):
    """A colour for links and buttons, the ink that is read on it, and its soft shade."""

    accent: str
    ink: str
    soft: str


def contrast(one: str, other: str) -> float:
    """The contrast ratio of two colours `#rrggbb`, from 1 to 21."""
    lighter, darker = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def accent_on(colour: str, grounds: tuple[str, ...]) -> Accent:
    """The colour, darker or lighter just as far as it takes to be read on every ground and on its soft shade."""
    away = "#000000" if _luminance(grounds[0]) > 0.5 else "#ffffff"
    for step in range(101):
        shade = _mixed(colour, away, step / 100)
        soft = _mixed(grounds[1], shade, SOFT)
        if all(contrast(shade, ground) >= ENOUGH for ground in (*grounds, soft)):
            break
    return Accent(shade, max(INKS, key=lambda ink: contrast(shade, ink)), soft)


def _luminance(colour: str) -> float:
    red, green, blue = (_linear(part) for part in _rgb(colour))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _linear(part: float) -> float:
    return part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4


def _rgb(colour: str) -> Rgb:
    red, green, blue = (int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5))
    return red, green, blue


def _mixed(one: str, other: str, share: float) -> str:
    """The first colour with so much of the other in it."""
    pairs = zip(_rgb(one), _rgb(other), strict=True)
    return "#" + "".join(f"{round(255 * (a + (b - a) * share)):02x}" for a, b in pairs)
