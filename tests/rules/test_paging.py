"""Cursors: ours come back as they were, every other is refused."""

import base64

import pytest

from cxweb.core.paging import BadCursor, decode, encode, instant, number


def test_a_cursor_comes_back_as_it_was() -> None:
    assert decode(encode(("2026-11-17T12:00:00+00:00", 5, None)), 3) == ("2026-11-17T12:00:00+00:00", 5, None)


@pytest.mark.parametrize("text", ["[" * 1500, "[true]", "{}", "[1,2]", "x", "[1.5]", "[[1]]"])
def test_any_other_cursor_is_refused(text: str) -> None:
    with pytest.raises(BadCursor):
        decode(base64.urlsafe_b64encode(text.encode()).decode(), 1)


@pytest.mark.parametrize("value", ["0001-01-01T00:00:00+14:00", "yesterday", "", None])
def test_an_instant_no_clock_shows_is_refused(value: object) -> None:
    with pytest.raises(BadCursor):
        instant(value, "cursor")


@pytest.mark.parametrize("value", [2**63, "5", None])
def test_a_number_no_database_holds_is_refused(value: object) -> None:
    with pytest.raises(BadCursor):
        number(value, "cursor")
