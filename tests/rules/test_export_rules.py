"""The rules of exports and reports by table: periods, days, cells."""

from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from cxweb.analytics.filters import InvalidFilter, ReportFilter
from cxweb.exports.csv_text import plain_cell
from cxweb.exports.feedback_sheets import first_day
from cxweb.exports.xlsx import serial, written
from cxweb.reports.filters import ExportChoice, read_choice
from cxweb.reports.rules import before_it, last_full

PARIS, NEW_YORK, NOUMEA = (ZoneInfo(name) for name in ("Europe/Paris", "America/New_York", "Pacific/Noumea"))


@pytest.mark.parametrize(
    ("schedule", "now", "zone", "starts", "ends", "due"),
    [
        # Sunday evening in Paris is still inside the week; a quarter of an hour later it is not.
        ("weekly", "2026-06-14T21:55", PARIS, "2026-06-01", "2026-06-07", "2026-06-08T05:00"),
        ("weekly", "2026-06-14T22:10", PARIS, "2026-06-08", "2026-06-14", "2026-06-15T05:00"),
        ("weekly", "2026-06-14T22:10", NEW_YORK, "2026-06-01", "2026-06-07", "2026-06-08T11:00"),
        ("weekly", "2026-06-14T13:10", NOUMEA, "2026-06-08", "2026-06-14", "2026-06-14T20:00"),
        # The week of the change of clocks, and the one over the new year.
        ("weekly", "2026-03-30T06:00", PARIS, "2026-03-23", "2026-03-29", "2026-03-30T05:00"),
        ("weekly", "2027-01-04T09:00", PARIS, "2026-12-28", "2027-01-03", "2027-01-04T06:00"),
        ("monthly", "2028-03-01T06:00", PARIS, "2028-02-01", "2028-02-29", "2028-03-01T06:00"),
        ("monthly", "2026-01-31T12:00", PARIS, "2025-12-01", "2025-12-31", "2026-01-01T06:00"),
        ("monthly", "2026-07-01T03:00", NEW_YORK, "2026-05-01", "2026-05-31", "2026-06-01T11:00"),
    ],
)
def test_the_last_full_week_or_month(schedule: str, now: str, zone: ZoneInfo, starts: str, ends: str, due: str) -> None:
    found = last_full(schedule, datetime.fromisoformat(now).replace(tzinfo=UTC), zone)
    assert (found.starts, found.ends) == (date.fromisoformat(starts), date.fromisoformat(ends))
    assert found.due_at == datetime.fromisoformat(due).replace(tzinfo=UTC)


def test_what_is_compared_with_a_week_or_a_month() -> None:
    assert before_it(date(2026, 6, 8), date(2026, 6, 14)) == date(2026, 6, 1)
    assert before_it(date(2026, 3, 1), date(2026, 3, 31)) == date(2026, 2, 1)
    assert before_it(date(2027, 1, 1), date(2027, 1, 31)) == date(2026, 12, 1)


@pytest.mark.parametrize(
    ("key", "day"),
    [
        ("2018-05-01", date(2018, 5, 1)),
        ("2018-W18", date(2018, 4, 30)),
        ("2020-W53", date(2020, 12, 28)),
        ("2018-05", date(2018, 5, 1)),
        ("2018-Q2", date(2018, 4, 1)),
        ("2018", date(2018, 1, 1)),
    ],
)
def test_the_first_day_of_a_period(key: str, day: date) -> None:
    assert first_day(key) == day


@pytest.mark.parametrize(
    ("text", "cell"),
    [
        ("=1+1", "'=1+1"),
        ("  =1+1", "'  =1+1"),
        ("+33 6", "'+33 6"),
        ("-3", "'-3"),
        ("@A1", "'@A1"),
        ("＝1", "'＝1"),
        ("\t=1", "'\t'=1"),
        # A spreadsheet that splits at semicolons or reads line by line would begin a cell there.
        ("a;=1+1;b", "a;'=1+1;b"),
        ('a;"=1+1', "a;'\"=1+1"),
        ("a\n=1+1", "a\n'=1+1"),
        ("a\n\n- late\n- rude", "a\n\n'- late\n'- rude"),
        ("1 = 1, a-b, x@y.fr", "1 = 1, a-b, x@y.fr"),
        ("", ""),
    ],
)
def test_csv_cells_compute_nothing(text: str, cell: str) -> None:
    assert plain_cell(text) == cell


@pytest.mark.parametrize(
    ("text", "xml"),
    [
        ("a & b < c > d", "a &amp; b &lt; c &gt; d"),
        ("a\r\nb\rc\nd\te", "a\nb\nc\nd\te"),
        ("a\x00b\x0bc\ufffe\ud800d", "a\ufffdb\ufffdc\ufffd\ufffdd"),
        # Excel reads _x0041_ as the letter A, unless its first sign is written so itself.
        ("_x0041_ _x0041_x0042_ _x_", "_x005F_x0041_ _x005F_x0041_x005F_x0042_ _x_"),
        ("😀é", "😀é"),
        ("x" * 40_000, "x" * 16_382 + "…"),
    ],
)
def test_what_xml_cannot_hold_is_shown_as_missing(text: str, xml: str) -> None:
    assert written(text) == xml


def test_days_and_times_as_workbooks_count_them() -> None:
    assert serial(date(1900, 3, 1)) == 61
    assert serial(datetime(2026, 6, 10, 18, 0, tzinfo=PARIS)) == 46183.75


CHOICES = [
    ExportChoice(ReportFilter(start=date(2026, 6, 1), stars=(1, 2), tag=("a", "b"), sort="lowest"), by="week"),
    ExportChoice(ReportFilter(axis="answered", end=date(2026, 6, 1)), format="csv", sheet="comments"),
    ExportChoice(ReportFilter()),
]


@pytest.mark.parametrize("choice", CHOICES)
def test_a_stored_choice_is_read_as_it_was(choice: ExportChoice) -> None:
    assert read_choice(choice.asked()) == choice


@pytest.mark.parametrize(
    "values", [{"by": ["hour"]}, {"format": ["pdf"]}, {"sheet": ["none"]}, {"format": ["x"], "stars": ["9"]}]
)
def test_every_bad_value_is_named(values: dict[str, Any]) -> None:
    with pytest.raises(InvalidFilter) as caught:
        read_choice(values)
    assert {name for name, _ in caught.value.errors} == set(values)


def test_what_is_shown_by_driver_or_depot_has_its_dates_by_day() -> None:
    assert [read_choice({"by": [by]}).by for by in ("driver", "depot", "month", "")] == ["day", "day", "month", "day"]
