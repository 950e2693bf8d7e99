"""The date formats of a mapping: each becomes a reader, and no two may read one text as different times."""

import re
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from itertools import permutations

from cxweb.imports.refusals import CannotImport

Reader = Callable[[str], datetime | None]

_DIRECTIVE = re.compile("%(.?)")
_DAY = frozenset("YymbBd")
_TIME = frozenset("HIMSfpz")
_GROUPS = {"Y": "([0-9]{4})", **dict.fromkeys("mdHMS", "([0-9]{1,2})")}
# Days, months and years that are told apart only by their place in the text, both before and after noon.
_SAMPLES = (
    datetime(2003, 4, 5, 6, 7, 8, tzinfo=UTC),
    datetime(2011, 10, 12, 21, 8, 9, tzinfo=UTC),
    datetime(2030, 1, 2, 3, 4, 5, tzinfo=UTC),
)


def readers(formats: Sequence[str], *, with_time: bool) -> list[Reader]:
    """A reader for each format. Raises CannotImport for one that cannot be used."""
    for form in formats:
        _check(form, with_time)
    return [_by_expression(form) or _by_library(form) for form in formats]


def check_unambiguous(formats: Sequence[str]) -> None:
    """Raises CannotImport where one text could be read by two of the formats as two different times."""
    for one, other in permutations(formats, 2):
        read = _by_library(other)
        for sample in _SAMPLES:
            text = sample.strftime(one)
            meant, found = _by_library(one)(text), read(text)
            if meant and found and found.replace(tzinfo=None) != meant.replace(tzinfo=None):
                sentence = f'The formats "{one}" and "{other}" both read {text}, but not as the same time.'
                raise CannotImport(sentence, "contradiction", text)


def _check(form: str, with_time: bool) -> None:
    parts = [part for part in _DIRECTIVE.findall(form) if part != "%"]
    found = set(parts)
    unknown = sorted(found - _DAY - _TIME)
    if unknown:
        raise CannotImport(
            f'The format "{form}" uses %{unknown[0]}; known are %Y %y %m %b %B %d %H %I %p %M %S %f %z.', "format", form
        )
    if len(parts) > len(found) or any(len(found & set(same)) > 1 for same in ("Yy", "mbB", "HI")):
        raise CannotImport(f'The format "{form}" names the same part twice.', "format", form)
    if not (found & set("Yy") and found & set("mbB") and "d" in found):
        raise CannotImport(f'The format "{form}" must name year, month and day.', "format", form)
    if with_time and not ("H" in found or {"I", "p"} <= found):
        raise CannotImport(f'The format "{form}" of datetime_formats has no hour (%H, or %I with %p).', "format", form)
    if not with_time and found & _TIME:
        raise CannotImport(
            f'The format "{form}" of date_formats holds a time: it belongs into datetime_formats.', "format", form
        )
    sample = _SAMPLES[0]
    if _by_library(form)(sample.strftime(form)) is None:
        raise CannotImport(f'The format "{form}" cannot be read.', "format", form)


def _by_library(form: str) -> Reader:
    def read(text: str) -> datetime | None:
        # Python's own parser also takes the digits of other scripts.
        if not text.isascii():
            return None
        try:
            return datetime.strptime(text, form)  # noqa: DTZ007 - the caller gives it the mapping's zone
        except ValueError:
            return None

    return read


def _by_expression(form: str) -> Reader | None:
    """A reader by regular expression, five times as fast as Python's parser, for formats of plain numbers."""
    names = _DIRECTIVE.findall(form)
    order = "YmdHMS"[: len(names)]
    if len(names) < 3 or sorted(names) != sorted(order):
        return None
    pieces = _DIRECTIVE.split(form)
    expression = "".join(_GROUPS[piece] if index % 2 else re.escape(piece) for index, piece in enumerate(pieces))
    match = re.compile(expression).fullmatch
    group_of = [names.index(name) + 1 for name in order]

    def read(text: str) -> datetime | None:
        found = match(text)
        if found is None:
            return None
        try:
            return datetime(*map(int, found.group(*group_of)))  # type: ignore[arg-type]  # noqa: DTZ001
        except ValueError:
            return None

    return read
