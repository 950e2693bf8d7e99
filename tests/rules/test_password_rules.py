"""Which passwords are taken: length counts, and how soon they would be guessed; not which characters they hold."""

import pytest

from cxweb.accounts.passwords import weakness


@pytest.mark.parametrize(
    "password",
    [
        "cheval pile agrafe correcte",
        "aaaa bbbb cccc dddd",
        "tre5q9zvk2mx",
        "дом на краю леса",
        "🦊🦊 seven foxes 🦊",
        "a quiet test password",
        "x" * 20 + "unlikely tail",
    ],
)
def test_what_nobody_expects_is_taken_whatever_it_is_written_with(password: str) -> None:
    assert weakness(password, "claire.morel", "Claire Morel", "Maison Colibri") is None


@pytest.mark.parametrize(
    ("password", "why"),
    [
        ("eleven char", "short"),
        ("x y " * 65, "long"),
        # Common words with anything but letters around them, in capitals, disguised, or twice.
        ("Password1234", "common"),
        ("motdepasse2026!", "common"),
        ("2026-Marseille", "common"),
        ("P@ssw0rd!!!!", "common"),
        ("azertyazerty", "common"),
        ("sunshinesunshine", "common"),
        # Runs along the keyboard, and little said often.
        ("123456789012", "common"),
        ("azertyuiopqs", "common"),
        ("qwertyuiopasdf", "common"),
        ("111111111111", "common"),
        ("abcabcabcabc", "common"),
        ("lkjhgfdsapoi", "common"),
        # The person's own names, with little beside them.
        ("claire.morel1", "own"),
        ("MaisonColibri", "own"),
        ("colibri-2026!", "own"),
    ],
)
def test_what_a_stranger_tries_first_is_refused(password: str, why: str) -> None:
    assert weakness(password, "claire.morel", "Claire Morel", "Maison Colibri") == why


def test_a_name_among_other_words_is_taken() -> None:
    assert weakness("claire aime les tulipes jaunes", "claire.morel", "Claire Morel") is None
