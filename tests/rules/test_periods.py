"""The days a report is about, those it is compared with, and the cells they are cut into."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cxweb.periods.rules import (
    MOST_CELLS,
    PRESETS,
    Span,
    cell_of,
    cells,
    change,
    offered,
    previous,
    span,
    still_filling,
    usual,
    year_before,
)
from cxweb.rollups.rules import PERIODS, period_key

TODAY = date(2026, 11, 24)
DAYS = st.dates(date(1971, 1, 1), date(2999, 1, 1))


def of(text: str) -> Span:
    start, _, end = text.partition("..")
    return Span(date.fromisoformat(start), date.fromisoformat(end))


@pytest.mark.parametrize(
    ("name", "days"),
    [
        ("today", "2026-11-24..2026-11-24"),
        ("yesterday", "2026-11-23..2026-11-23"),
        ("7_days", "2026-11-18..2026-11-24"),
        ("30_days", "2026-10-26..2026-11-24"),
        ("this_month", "2026-11-01..2026-11-30"),
        ("last_month", "2026-10-01..2026-10-31"),
        ("this_quarter", "2026-10-01..2026-12-31"),
        ("this_year", "2026-01-01..2026-12-31"),
    ],
)
def test_the_days_of_each_preset(name: str, days: str) -> None:
    assert PRESETS[name](TODAY) == of(days)


def test_presets_at_the_turn_of_a_year_and_in_february() -> None:
    assert PRESETS["yesterday"](date(2027, 1, 1)) == of("2026-12-31..2026-12-31")
    assert PRESETS["last_month"](date(2027, 1, 31)) == of("2026-12-01..2026-12-31")
    assert PRESETS["last_month"](date(2024, 3, 31)) == of("2024-02-01..2024-02-29")
    assert PRESETS["this_quarter"](date(2024, 2, 29)) == of("2024-01-01..2024-03-31")
    assert PRESETS["all"](TODAY) is None


@pytest.mark.parametrize(
    ("days", "before", "year_earlier"),
    [
        # As many days just before; the same days a year before.
        ("2026-11-24..2026-11-24", "2026-11-23..2026-11-23", "2025-11-24..2025-11-24"),
        ("2026-11-18..2026-11-24", "2026-11-11..2026-11-17", "2025-11-18..2025-11-24"),
        ("2026-03-02..2026-03-08", "2026-02-23..2026-03-01", "2025-03-02..2025-03-08"),
        # Whole months, quarters and years are compared with whole ones, however long.
        ("2026-03-01..2026-03-31", "2026-02-01..2026-02-28", "2025-03-01..2025-03-31"),
        ("2024-03-01..2024-03-31", "2024-02-01..2024-02-29", "2023-03-01..2023-03-31"),
        ("2026-01-01..2026-01-31", "2025-12-01..2025-12-31", "2025-01-01..2025-01-31"),
        ("2026-01-01..2026-03-31", "2025-10-01..2025-12-31", "2025-01-01..2025-03-31"),
        ("2026-01-01..2026-12-31", "2025-01-01..2025-12-31", "2025-01-01..2025-12-31"),
        ("2026-02-01..2026-03-31", "2025-12-01..2026-01-31", "2025-02-01..2025-03-31"),
        # 29 February, as a day, as an end, and inside a whole month.
        ("2024-02-29..2024-02-29", "2024-02-28..2024-02-28", "2023-02-28..2023-02-28"),
        ("2024-02-23..2024-02-29", "2024-02-16..2024-02-22", "2023-02-23..2023-02-28"),
        ("2024-02-01..2024-02-29", "2024-01-01..2024-01-31", "2023-02-01..2023-02-28"),
        ("2025-02-01..2025-02-28", "2025-01-01..2025-01-31", "2024-02-01..2024-02-29"),
        ("2025-02-22..2025-02-28", "2025-02-15..2025-02-21", "2024-02-22..2024-02-28"),
    ],
)
def test_what_days_are_compared_with(days: str, before: str, year_earlier: str) -> None:
    assert previous(of(days)) == of(before)
    assert year_before(of(days)) == of(year_earlier)


@pytest.mark.parametrize("asked", [Span(date(1, 1, 1), date(1, 1, 31)), Span(date(1, 1, 1), date(9000, 6, 5))])
def test_before_the_calendar_there_is_nothing(asked: Span) -> None:
    assert previous(asked) is None
    assert year_before(asked) is None


@given(DAYS, st.integers(0, 4000))
def test_the_days_before_end_where_the_asked_ones_begin(start: date, more: int) -> None:
    asked = Span(start, start + timedelta(days=more))
    before = previous(asked)
    assert before is not None
    assert before.end + timedelta(days=1) == asked.start
    assert abs(before.days - asked.days) <= 4


@pytest.mark.parametrize(
    ("start", "end", "found"),
    [
        (None, None, None),
        (None, date(2026, 1, 31), None),
        (date(2026, 11, 1), None, "2026-11-01..2026-11-24"),
        (date(2027, 1, 1), None, "2027-01-01..2027-01-01"),
        (date(2026, 11, 1), date(2026, 11, 30), "2026-11-01..2026-11-30"),
    ],
)
def test_days_without_a_last_one_go_on_to_today(start: date | None, end: date | None, found: str | None) -> None:
    assert span(start, end, TODAY) == (of(found) if found else None)


@pytest.mark.parametrize(
    ("start", "end", "filling"),
    [
        (None, None, True),
        (None, date(2026, 11, 17), False),
        (None, date(2026, 11, 18), True),
        (date(2026, 11, 24), None, True),
        (date(2026, 11, 25), None, False),
        (date(2026, 10, 1), date(2026, 10, 31), False),
    ],
)
def test_the_last_seven_days_are_still_filling(start: date | None, end: date | None, filling: bool) -> None:
    assert still_filling(start, end, TODAY) is filling


@pytest.mark.parametrize(
    ("day", "by", "days", "key"),
    [
        ("2018-05-01", "day", "2018-05-01..2018-05-01", "2018-05-01"),
        ("2018-05-01", "week", "2018-04-30..2018-05-06", "2018-W18"),
        ("2018-05-31", "month", "2018-05-01..2018-05-31", "2018-05"),
        ("2018-05-31", "quarter", "2018-04-01..2018-06-30", "2018-Q2"),
        ("2018-12-31", "year", "2018-01-01..2018-12-31", "2018"),
        # The week of New Year belongs to the year that most of it lies in.
        ("2021-01-03", "week", "2020-12-28..2021-01-03", "2020-W53"),
        ("2024-12-30", "week", "2024-12-30..2025-01-05", "2025-W01"),
        ("2024-02-29", "month", "2024-02-01..2024-02-29", "2024-02"),
    ],
)
def test_the_cell_of_a_day_and_its_name(day: str, by: str, days: str, key: str) -> None:
    found = cell_of(date.fromisoformat(day), by)
    assert found == of(days)
    assert period_key(found.start, by) == key


@given(DAYS, st.integers(0, 1500), st.sampled_from(PERIODS))
def test_cells_cover_the_days_without_gap_or_overlap(start: date, more: int, by: str) -> None:
    asked = Span(start, start + timedelta(days=more))
    found = cells(asked, by)
    assert found[0].start <= asked.start
    assert found[-1].end >= asked.end
    assert all(one.end + timedelta(days=1) == two.start for one, two in zip(found, found[1:], strict=False))
    assert len({period_key(cell.start, by) for cell in found}) == len(found)


@given(DAYS, st.integers(0, 40_000))
def test_what_is_offered_stays_readable(start: date, more: int) -> None:
    asked = Span(start, start + timedelta(days=more))
    assert usual(asked.days) in offered(asked.days)
    for by in offered(asked.days):
        assert len(cells(asked, by)) <= MOST_CELLS + 2


@pytest.mark.parametrize(
    ("now", "then", "digits", "gained"),
    [
        (4.66, 4.64, 1, Decimal("0.1")),
        (4.64, 4.56, 1, Decimal(0)),
        (4.25, 4.35, 1, Decimal("-0.1")),
        (54.5, 48.4, 0, Decimal(7)),
        (None, 4.0, 1, None),
        (4.0, None, 1, None),
    ],
)
def test_a_change_is_that_of_the_shown_figures(
    now: float | None, then: float | None, digits: int, gained: Decimal | None
) -> None:
    assert change(now, then, digits) == gained
