"""How the dates of a file may be read: texts of one shape together, with every format that reads all of them."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache

from cxweb.imports.formats import Reader, readers

DATES = ("%d/%m/%Y", "%m/%d/%Y", "%Y/%m/%d", "%d/%m/%y", "%m/%d/%y", "%y/%m/%d", "%d %b %Y", "%d %B %Y")
COMPACT = ("%Y%m%d", "%d%m%Y")
TIMES = ("%H:%M", "%H:%M:%S", "%H:%M:%S.%f", "%I:%M %p", "%I:%M:%S %p", "%Hh%M", "%H.%M", "%H:%M:%S%z", "%H:%M:%S.%f%z")
SIGNS = ("/", "-", ".", " ")
BETWEEN = (" ", "T", ", ")
# So many different texts of a shape decide; more say nothing new.
MOST_TEXTS, MOST_SHAPES = 2_000, 6


@dataclass
class Shape:
    """Texts that look alike, how many cells hold such a one, and the formats that read all of them, or most."""

    name: str
    example: str
    count: int = 0
    texts: set[str] = field(default_factory=set)
    formats: list[str] = field(default_factory=list)
    # Whether each of the formats reads every text.
    whole: bool = True

    @property
    def readings(self) -> list[tuple[str, datetime]]:
        """What each format makes of the example, which is one that tells them apart best."""
        return [(form, wall) for form in self.formats if (wall := _reader(form)(self.example)) is not None]


def shapes(texts: Iterable[str]) -> list[Shape]:
    """The shapes of these texts, the commonest first, each with its formats."""
    found: dict[str, Shape] = {}
    for text in texts:
        name = _name(text)
        shape = found.setdefault(name, Shape(name, text))
        shape.count += 1
        if len(shape.texts) < MOST_TEXTS:
            shape.texts.add(text)
    common = sorted(found.values(), key=lambda shape: -shape.count)[:MOST_SHAPES]
    for shape in common:
        _judge(shape)
    return common


def _name(text: str) -> str:
    """`3/04/2018 9:07` and `13/04/2018 19:07` have the shape `#/#/#### #:#`."""
    plain = re.sub(r"[^\W\d_]+", lambda word: word[0] if len(word[0]) == 1 else "Aa", text)
    return re.sub(r"\d+", lambda digits: "#" if len(digits[0]) <= 2 else "#" * len(digits[0]), plain)


def _judge(shape: Shape) -> None:
    read = {form: sum(_reader(form)(text) is not None for text in shape.texts) for form in _candidates(shape.name)}
    best = max(read.values(), default=0)
    # Under one half the texts are something else that happens to hold dates now and then.
    if best * 2 < len(shape.texts) or not best:
        return
    shape.whole = best == len(shape.texts)
    least = best if shape.whole else (len(shape.texts) + 1) // 2
    shape.formats = sorted((form for form in read if read[form] >= least), key=lambda form: -read[form])
    readings = [(len({_reader(form)(text) for form in shape.formats}), text) for text in sorted(shape.texts)[:200]]
    shape.example = max(readings)[1]


def _candidates(name: str) -> Sequence[str]:
    """Every format that has the shape."""
    days = [form.replace("/", sign) for form in DATES for sign in SIGNS] + list(COMPACT)
    all_forms = [*days, *(f"{day}{gap}{time}" for day in days for gap in BETWEEN for time in TIMES)]
    return [form for form in dict.fromkeys(all_forms) if _fits(form, name)]


def _fits(form: str, name: str) -> bool:
    sample = datetime(2003, 4, 5, 6, 7, 8, 123456, tzinfo=UTC).strftime(form)
    return name in {_name(sample.replace("+0000", zone)) for zone in ("+0000", "+00:00", "Z")}


@cache
def _reader(form: str) -> Reader:
    return readers([form], with_time=is_timed(form))[0]


def is_timed(form: str) -> bool:
    """Whether the format is one of a time rather than of a bare date."""
    return "%H" in form or "%I" in form
