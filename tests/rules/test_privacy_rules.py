"""Every column that may hold what a person said has a decision; codes for drivers; the paragraphs of a notice."""

import pytest
from sqlalchemy import JSON, LargeBinary, Text

import cxweb.models
from cxweb.core.db import Base
from cxweb.drivers.rules import pseudonym, shown_driver
from cxweb.privacy.rules import HOLDINGS, IMPERSONAL, LOGGED, LOOSE, paragraphs

assert cxweb.models


def test_every_table_says_whether_it_tells_of_customers() -> None:
    """A table that comes later has to find its place: what tells of a customer must go, the rest is named."""
    tables = Base.metadata.tables
    holding = {found.table: {*found.contact, *found.words, found.link} for found in HOLDINGS}
    decided = holding.keys() | IMPERSONAL.keys() | {name for name, _ in LOGGED} | LOOSE.keys()
    assert set(tables) - decided == set()
    for found in HOLDINGS:
        assert {*found.contact, *found.words, found.link} - {"created_at"} <= set(tables[found.table].columns.keys())


def test_every_text_of_a_table_that_tells_of_customers_goes_or_is_named() -> None:
    for found in HOLDINGS:
        table = Base.metadata.tables[found.table]
        texts = {column.name for column in table.columns if isinstance(column.type, (Text, JSON, LargeBinary))}
        if not found.whole:
            assert texts - {*found.contact, *found.words} == IMPERSONAL.get(found.table, frozenset()), found.table


def test_a_code_for_a_driver_is_always_the_same_and_tells_nothing() -> None:
    assert shown_driver("D-1", "Hugo", None) == ("D-1", "Hugo")
    code = pseudonym("key", "D-1")
    assert shown_driver("D-1", "Hugo", "key") == (code, code)
    assert (len(code), code == pseudonym("key", "D-1")) == (10, True)
    assert len({code, pseudonym("key", "D-2"), pseudonym("other", "D-1")}) == 3


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("", []),
        ("one\nline\n\ntwo", [("p", "one line"), ("p", "two")]),
        ("# Title\ntext\n## Other\r\n\r\nmore", [("h2", "Title"), ("p", "text"), ("h2", "Other"), ("p", "more")]),
        ("no # heading", [("p", "no # heading")]),
        ("#", []),
    ],
)
def test_a_notice_is_cut_into_headings_and_paragraphs(text: str, found: list[tuple[str, str]]) -> None:
    assert paragraphs(text) == found
