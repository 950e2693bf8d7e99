"""Every message of code and templates stands in every catalogue, translated."""

import pytest
from babel.messages.catalog import Message
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

from cxweb import ROOT
from cxweb.core import i18n

KEYWORDS = {
    "_": None,
    "gettext": None,
    "lazy": None,
    "ngettext": (1, 2),
    "pgettext": ((1, "c"), 2),
}
METHODS = [("**.py", "python"), ("**.html", "jinja2"), ("**.txt", "jinja2")]
OPTIONS = {"**.html": {"trimmed": "true", "silent": "false"}, "**.txt": {"trimmed": "true", "silent": "false"}}
TRANSLATED = [language for language in i18n.languages() if language != i18n.SOURCE]


def messages() -> set[tuple[str | None, str]]:
    """Context and (singular) text of every message in the product."""
    found = set()
    for folder in ("cxweb", "templates"):
        for _file, _line, message, _comments, context in extract_from_dir(
            str(ROOT / folder), METHODS, OPTIONS, KEYWORDS
        ):
            found.add((context, message if isinstance(message, str) else message[0]))
    return found


def texts(entry: Message) -> list[str]:
    """The translations of an entry: one, or one a plural form."""
    return [entry.string] if isinstance(entry.string, str) else list(entry.string or [""])


@pytest.mark.parametrize("language", TRANSLATED)
def test_every_message_is_translated_and_none_is_left_over(language: str) -> None:
    with (i18n.CATALOGUES / f"{language}.po").open("rb") as stream:
        catalogue = read_po(stream, locale=language)
    entries = {}
    for entry in catalogue:
        if entry.id:
            key = (entry.context, entry.id if isinstance(entry.id, str) else entry.id[0])
            entries[key] = entry
    wanted = messages()
    assert len(wanted) > 100
    assert sorted(text for _, text in wanted - set(entries)) == [], "missing in the catalogue"
    assert sorted(text for _, text in set(entries) - wanted) == [], "left over in the catalogue"
    for (_, text), entry in entries.items():
        strings = texts(entry)
        assert all(strings), f"not translated: {text}"
        assert not entry.fuzzy, f"fuzzy: {text}"


def test_french_is_typeset_as_french() -> None:
    with (i18n.CATALOGUES / "fr.po").open("rb") as stream:
        for entry in read_po(stream, locale="fr"):
            for string in texts(entry):
                if entry.id:
                    assert "'" not in string, f"a straight apostrophe: {string}"
                    assert " ?" not in string.replace("\N{NARROW NO-BREAK SPACE}?", ""), string
                    assert not any(f" {mark}" in string for mark in ";:!»"), f"a breakable space: {string}"


def test_plurals_follow_each_language() -> None:
    with i18n.speaking("fr"):
        assert i18n.number(1234.5, 1) == "1\N{NARROW NO-BREAK SPACE}234,5"
        assert i18n.percent(39.2659) == "39,3\N{NARROW NO-BREAK SPACE}%"
    with i18n.speaking("en"):
        assert i18n.number(2.5) == "3"
        assert i18n.number(-0.4) == "0"
        assert i18n.signed(37.35) == "+37"
        assert i18n.signed(-12.5) == "−13"
        assert i18n.number(None) == "—"
