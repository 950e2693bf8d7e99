"""Languages: which one a page or message speaks, its catalogue, and dates and numbers as its readers write them."""

import gettext as stdlib_gettext
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import date, datetime, timedelta, tzinfo
from decimal import ROUND_HALF_UP, Decimal
from functools import cache
from io import BytesIO
from pathlib import Path

from babel import Locale
from babel.dates import format_date, format_datetime, format_interval, format_time, format_timedelta
from babel.lists import format_list
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.numbers import format_currency, format_decimal

CATALOGUES = Path(__file__).parent.parent / "translations"
SOURCE = "en"
NO_DATA = "—"

_language: ContextVar[str] = ContextVar("language", default=SOURCE)


@cache
def languages() -> tuple[str, ...]:
    """The languages the product speaks: the source's and one for each `.po` file."""
    return (SOURCE, *sorted(file.stem for file in CATALOGUES.glob("*.po")))


@cache
def own_names() -> dict[str, str]:
    """Each language the product speaks under its own name: Deutsch, English, Français."""
    names = {code: _locale(code).languages.get(code, code) for code in languages()}
    return {code: name[0].upper() + name[1:] for code, name in sorted(names.items(), key=lambda pair: pair[1].lower())}


def others() -> list[tuple[str, str]]:
    """The languages that are not in force: code and own name of each."""
    return _others(_language.get())


@cache
def _others(chosen: str) -> list[tuple[str, str]]:
    return [(code, name) for code, name in own_names().items() if code != chosen]


def language() -> str:
    """The language in force."""
    return _language.get()


def speak(chosen: str) -> None:
    """Put a language in force for the rest of this request or job."""
    _language.set(chosen)


@contextmanager
def speaking(chosen: str) -> Iterator[None]:
    """Put a language in force for the length of a `with` block."""
    token = _language.set(chosen)
    try:
        yield
    finally:
        _language.reset(token)


def known(*tags: str | None) -> str | None:
    """The first of these language tags (`fr`, `fr-CA`) whose primary part the product speaks, None without one."""
    for tag in tags:
        primary = (tag or "").replace("_", "-").split("-")[0].lower()
        if primary in languages():
            return primary
    return None


@cache
def _catalogue(chosen: str) -> stdlib_gettext.NullTranslations:
    if chosen == SOURCE:
        return stdlib_gettext.NullTranslations()
    with (CATALOGUES / f"{chosen}.po").open("rb") as stream:
        catalogue = read_po(stream, locale=chosen)
    compiled = BytesIO()
    write_mo(compiled, catalogue)
    compiled.seek(0)
    return stdlib_gettext.GNUTranslations(compiled)


def gettext(message: str) -> str:
    """The message in the language in force."""
    return _catalogue(_language.get()).gettext(message)


def ngettext(singular: str, plural: str, n: int) -> str:
    """The message for n in the language in force, by that language's own plural rule."""
    return _catalogue(_language.get()).ngettext(singular, plural, n)


def pgettext(context: str, message: str) -> str:
    """The message of a context (`verb`, `status`) in the language in force."""
    return _catalogue(_language.get()).pgettext(context, message)


def lazy(message: str) -> str:
    """Mark a message for the catalogue; it is translated where it is shown."""
    return message


@cache
def _locale(chosen: str) -> Locale:
    # British English: 24-hour times and day before month, as in the rest of Europe.
    return Locale.parse("en_GB" if chosen == "en" else chosen)


def locale() -> Locale:
    """Babel's locale of the language in force."""
    return _locale(_language.get())


def day(value: date | datetime, zone: tzinfo, style: str = "d MMMM y") -> str:
    """A date in words: `17 November 2026`. Instants are read in the zone; styles are CLDR patterns."""
    if isinstance(value, datetime):
        value = value.astimezone(zone).date()
    return format_date(value, style, locale=locale())


def time(value: datetime, zone: tzinfo) -> str:
    """The wall time of an instant in the zone: `14:32`."""
    return format_time(value.astimezone(zone), "H:mm", locale=locale())


def moment(value: datetime, zone: tzinfo, style: str = "d MMM y, H:mm") -> str:
    """Date and wall time of an instant in the zone: `17 Nov 2026, 14:32`."""
    return format_datetime(value.astimezone(zone), style, locale=locale())


def ago(value: datetime, now: datetime) -> str:
    """How long ago in words: `12 minutes ago`; `just now` within a minute."""
    passed = now - value
    if passed < timedelta(minutes=1):
        return gettext("just now")
    return format_timedelta(-passed, add_direction=True, threshold=1.2, locale=locale())


def number(value: float | Decimal | None, digits: int = 0) -> str:
    """A number rounded half up to so many digits, in the reader's notation; `—` for None."""
    if value is None:
        return NO_DATA
    rounded = Decimal(str(value)).quantize(Decimal(1).scaleb(-digits), ROUND_HALF_UP)
    pattern = "#,##0." + "0" * digits if digits else "#,##0"
    return format_decimal(rounded if rounded else abs(rounded), pattern, locale=locale())


def money(value: Decimal, currency: str) -> str:
    """An amount in a currency, with every digit it has: `€0.045`, `0,045 €` in French."""
    return format_currency(value, currency, locale=locale(), decimal_quantization=False)


def listed(words: Sequence[str]) -> str:
    """Words as a list is written: `late, damaged and expensive`."""
    return format_list(words, locale=locale())


def percent(value: float | Decimal | None, digits: int = 1) -> str:
    """A percentage given as 0–100: `39.3%`, `39,3 %` in French; `—` for None."""
    if value is None:
        return NO_DATA
    # Where a language puts a space before the sign, a narrow one looks best.
    gap = "\N{NARROW NO-BREAK SPACE}" if locale().percent_formats[None].pattern.endswith("\N{NO-BREAK SPACE}%") else ""
    return f"{number(value, digits)}{gap}%"


def signed(value: float | Decimal | None, digits: int = 0) -> str:
    """A number with its sign, as NPS is written: `+37`, `−12`, `0`; `—` for None."""
    text = number(value, digits)
    if value is None or text.strip("0.,") == "":
        return text
    return f"+{text}" if not text.startswith("-") else f"−{text[1:]}"


def days(start: date, end: date) -> str:
    """Days from the first to the last in words, without saying anything twice: `3–16 November 2026`."""
    if start == end:
        return format_date(start, "d MMMM y", locale=locale())
    return format_interval(start, end, "yMMMMd", locale=locale())


def is_one(value: Decimal) -> bool:
    """Whether the language counts this as one: 1.8 in French, only 1 in English."""
    return str(locale().plural_form(abs(value))) == "one"
