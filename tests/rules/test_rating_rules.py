"""What of a comment is kept, and which choices are choices."""

import pytest

from cxweb.ratings.rules import FIVE, Answer, InvalidAnswer, browser_length, choice, cleaned, merged, written


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("  À l'heure  ", "À l'heure"),
        ("one\r\ntwo\rthree", "one\ntwo\nthree"),
        ("e\u0301", "é"),
        ("tab\there", "tab here"),
        ("bell\x07 escape\x1b[31m", "bell escape[31m"),
        ("a\u202eb\u2066c\ufeffd", "abcd"),
        ("a" + "\u0300" * 50, "à" + "\u0300" * 8),
        ("👍🏽 👨‍👩‍👧", "👍🏽 👨‍👩‍👧"),
        ("=1+1", "=1+1"),
        ("   ", ""),
    ],
)
def test_comments_are_kept_as_typed_but_for_what_no_reader_sees(typed: str, kept: str) -> None:
    assert cleaned(typed) == kept


def test_lengths_are_counted_as_a_browser_counts() -> None:
    assert browser_length("😀") == 2
    assert written("comment", ["😀" * 1000]) == "😀" * 1000
    with pytest.raises(InvalidAnswer, match="too_long"):
        written("comment", ["😀" * 1000 + "a"])


@pytest.mark.parametrize("sent", [["५"], ["５"], [" 5"], ["5 "], ["05"], ["5.0"], ["-1"], ["x"], [""]])
def test_only_the_five_digits_are_stars(sent: list[str]) -> None:
    with pytest.raises(InvalidAnswer, match="not_a_choice"):
        choice("stars", sent, FIVE)


def test_a_field_that_was_not_sent_keeps_its_value_and_an_empty_comment_clears_it() -> None:
    stored = Answer(stars=4, comment="kept")
    assert merged(stored, Answer(stars=2)) == Answer(stars=2, comment="kept")
    assert merged(stored, Answer(comment="")) == Answer(stars=4, comment=None)
