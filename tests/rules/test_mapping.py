"""What a mapping file may say."""

import pytest

from cxweb.imports.mapping import parse_mapping
from cxweb.imports.refusals import CannotImport
from tests.files import ORDERS, RATINGS


def test_a_field_has_one_column_or_several_in_their_order() -> None:
    mapping = parse_mapping(ORDERS, "orders")
    assert mapping.columns["ref"] == ("no",)
    assert mapping.columns["completed_at"] == ("done", "due")
    assert mapping.status["door"] == "arrived"


def test_without_a_table_of_words_the_statuses_have_their_own_names() -> None:
    mapping = parse_mapping(ORDERS.split("[status]")[0], "orders")
    assert mapping.status["on_the_way"] == "on_the_way"
    assert mapping.status.get("door") is None


def test_defaults_of_fields_without_a_column_are_those_of_new_orders() -> None:
    text = ORDERS + 'notify = "none"\ndepot = "LYON"\ncustomer_language = "en"\n'
    mapping = parse_mapping(text, "orders")
    assert mapping.fields_of_new == {"channel": "delivery", "notify": "none"}
    assert mapping.contact_of_new == {"language": "en"}
    assert mapping.defaults["depot"] == "LYON"


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ('kind = "orders"', 'kind = "order"', 'must say kind = "orders"'),
        ('kind = "orders"', 'kind = "orders"\ncolour = 1', "unknown key colour"),
        ('encoding = "utf-8"', "", "must name the encoding"),
        ('encoding = "utf-8"', 'encoding = "utf-9"', "unknown encoding utf-9"),
        ('encoding = "utf-8"', 'encoding = "base64"', "unknown encoding base64"),
        ('delimiter = ";"', "", "must name the delimiter"),
        ('delimiter = ";"', 'delimiter = ";;"', "must name the delimiter"),
        ('delimiter = ";"', "delimiter = '\"'", "must name the delimiter"),
        ('timezone = "Europe/Paris"', "", "must name the time zone"),
        ("Europe/Paris", "Europe/Pari", "unknown time zone Europe/Pari"),
        ("Europe/Paris", "../etc", "unknown time zone"),
        ('["%d/%m/%Y"]', '"%d/%m/%Y"', "date_formats of the mapping must be a list"),
        ('["%d/%m/%Y"]', '["%d/%m/%Y", "%m/%d/%Y"]', "both read"),
        ('["%d/%m/%Y"]', '["%d/%m/%y", "%y/%m/%d"]', "both read"),
        ('["%d/%m/%Y %H:%M"]', '["%d/%m/%Y %H:%M", "%m/%d/%Y %H:%M"]', "both read"),
        ('["%d/%m/%Y"]', '["%d/%m/%Y %H"]', "holds a time"),
        ('["%d/%m/%Y %H:%M"]', '["%d/%m/%Y"]', "has no hour"),
        ('["%d/%m/%Y"]', '["%d/%m"]', "must name year, month and day"),
        ('["%d/%m/%Y"]', '["%d/%m/%Q"]', "uses %Q"),
        ('["%d/%m/%Y"]', '["%d%d/%m/%Y"]', "names the same part twice"),
        ('["%d/%m/%Y"]', '["%d/%m/%Y%y"]', "names the same part twice"),
        ('ref = "no"', "", "names no column for ref"),
        ('ref = "no"', "ref = []", "field ref of the mapping takes a column"),
        ('ref = "no"', "ref = 1", "field ref of the mapping takes a column"),
        ('ref = "no"', 'ref = "no"\nstars = "x"', "unknown field stars"),
        ('driver_ref = "driver"', "", "names a column for driver_name but none for driver_ref"),
        ('done = "completed"', 'done = "finished"', "done must be one of planned"),
        ('channel = "delivery"', 'notify = "letter"', "notify must be one of none"),
        ('channel = "delivery"', 'depot = "a b"', "depot takes 1 to 64"),
        ('channel = "delivery"', 'ref = "A"', "unknown default ref"),
        ('channel = "delivery"', "channel = 1", "channel takes a text"),
        ('channel = "delivery"', "[duplicates]", "unknown key duplicates"),
        ("[columns]", "columns = 1\n[x]", "unknown key x"),
    ],
)
def test_what_a_mapping_may_not_say_is_refused_by_name(old: str, new: str, sentence: str) -> None:
    assert old in ORDERS
    with pytest.raises(CannotImport) as refused:
        parse_mapping(ORDERS.replace(old, new, 1), "orders")
    assert sentence in str(refused.value)


def test_ratings_need_their_four_fields_and_keep_the_latest() -> None:
    parse_mapping(RATINGS, "ratings")
    for field in ("ref", "order_ref", "stars", "answered_at"):
        lines = [line for line in RATINGS.splitlines() if not line.startswith(f"{field} =")]
        with pytest.raises(CannotImport, match=f"names no column for {field}"):
            parse_mapping("\n".join(lines), "ratings")
    with pytest.raises(CannotImport, match="takes keep"):
        parse_mapping(RATINGS.replace('"latest"', '"first"'), "ratings")
