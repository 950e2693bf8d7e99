"""Days, the periods they make up, and the cells that cover them."""

from collections import Counter
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cxweb.core.days import day_of, day_start
from cxweb.rollups.queries import quarter
from cxweb.rollups.rules import (
    ALWAYS,
    GRAINS,
    ONE,
    between,
    cover,
    overlaps,
    period_end,
    period_key,
    period_start,
    spans,
)

DAYS = st.dates(date(1995, 1, 1), date(2035, 12, 31))
ZONES = st.sampled_from(
    ["Europe/Paris", "America/New_York", "Indian/Reunion", "Pacific/Noumea", "America/St_Johns", "America/Sao_Paulo"]
    + ["Africa/Cairo", "Asia/Kathmandu", "Australia/Lord_Howe", "Pacific/Apia"]
)


@pytest.mark.parametrize(
    ("zone", "instant", "day"),
    [
        # Clocks go forward on 29 March 2026 and back on 25 October: days of 23 and 25 hours.
        ("Europe/Paris", "2026-03-28T22:59:59", "2026-03-28"),
        ("Europe/Paris", "2026-03-28T23:00:00", "2026-03-29"),
        ("Europe/Paris", "2026-03-29T21:59:59", "2026-03-29"),
        ("Europe/Paris", "2026-10-24T22:00:00", "2026-10-25"),
        ("Europe/Paris", "2026-10-25T22:59:59", "2026-10-25"),
        ("Europe/Paris", "2026-10-25T23:00:00", "2026-10-26"),
        ("America/New_York", "2026-11-01T04:00:00", "2026-11-01"),
        ("America/New_York", "2026-11-02T04:59:59", "2026-11-01"),
        ("America/New_York", "2024-03-01T04:59:59", "2024-02-29"),
        ("Indian/Reunion", "2024-02-28T20:00:00", "2024-02-29"),
        ("Indian/Reunion", "2026-12-31T19:59:59", "2026-12-31"),
        ("Pacific/Noumea", "2026-12-31T13:00:00", "2027-01-01"),
        ("Pacific/Noumea", "2024-02-29T12:59:59", "2024-02-29"),
        # Clocks went back from 0:01 to 23:01 the day before: the new day has begun, and shows the old date for an hour.
        ("America/St_Johns", "2010-11-07T02:29:59", "2010-11-06"),
        ("America/St_Johns", "2010-11-07T02:30:00", "2010-11-07"),
        ("America/St_Johns", "2010-11-07T03:00:00", "2010-11-07"),
    ],
)
def test_an_instant_lies_in_a_day_of_the_zone(zone: str, instant: str, day: str) -> None:
    assert day_of(datetime.fromisoformat(instant).replace(tzinfo=UTC), ZoneInfo(zone)).isoformat() == day


@given(st.integers(788_918_400, 2_051_222_400), ZONES)
def test_a_day_is_the_one_whose_span_holds_the_instant(second: int, name: str) -> None:
    zone, instant = ZoneInfo(name), datetime.fromtimestamp(second, UTC)
    day = day_of(instant, zone)
    assert day_start(day, zone) <= instant < day_start(day + ONE, zone)
    # What is noted is the quarter hour: both of its ends cover whatever day lies in it.
    start = quarter(instant)
    assert start <= instant < start + timedelta(minutes=15)
    assert day in {day_of(start, zone), day_of(start + timedelta(minutes=15, microseconds=-1), zone)}


@pytest.mark.parametrize(
    ("day", "keys"),
    [
        ("2018-05-01", ("2018-05-01", "2018-W18", "2018-05", "2018-Q2", "2018")),
        ("2024-02-29", ("2024-02-29", "2024-W09", "2024-02", "2024-Q1", "2024")),
        ("2026-12-31", ("2026-12-31", "2026-W53", "2026-12", "2026-Q4", "2026")),
        ("2027-01-01", ("2027-01-01", "2026-W53", "2027-01", "2027-Q1", "2027")),
        ("2024-12-30", ("2024-12-30", "2025-W01", "2024-12", "2024-Q4", "2024")),
    ],
)
def test_periods_are_named_as_the_contract_says(day: str, keys: tuple[str, ...]) -> None:
    found = [period_key(date.fromisoformat(day), by) for by in ("day", "week", "month", "quarter", "year")]
    assert tuple(found) == keys


@given(DAYS, DAYS, st.sampled_from([GRAINS, GRAINS[1:], GRAINS[2:], GRAINS[4:]]), DAYS, DAYS, DAYS, DAYS)
def test_cells_cover_each_day_of_a_span_once_and_none_besides(
    one: date, other: date, grains: tuple[str, ...], floor: date, ceiling: date, oldest: date, newest: date
) -> None:
    first, last = min(one, other), max(one, other)
    within = (min(floor, first), max(ceiling, last))
    covered: Counter[date] = Counter()
    for piece in cover(first, last, grains, within, (min(oldest, newest), max(oldest, newest))):
        day = piece.first
        assert period_start(day, piece.grain) == day
        assert day >= within[0]
        while day <= piece.last:
            end = period_end(day, piece.grain)
            assert end <= within[1]
            covered.update({day + ONE * n: piece.sign for n in range((end - day).days + 1)})
            day = end + ONE
    assert {day: times for day, times in covered.items() if times} == dict.fromkeys(_days(first, last), 1)


@given(DAYS, st.integers(0, 3000))
def test_a_span_takes_few_cells_wherever_it_begins_and_ends(first: date, length: int) -> None:
    last = first + timedelta(days=length)
    pieces = cover(first, last)
    years = last.year - first.year + 1
    assert sum(piece.cells(ALWAYS) for piece in pieces if piece.grain != "year") <= 22
    assert sum(piece.cells(ALWAYS) for piece in pieces if piece.grain == "year") <= years


def test_days_that_have_not_come_yet_are_taken_away_at_no_cost() -> None:
    yesterday = date(2026, 10, 31)
    there = (date(2018, 11, 3), yesterday)
    pieces = cover(date(2025, 11, 1), yesterday, there=there)
    assert [(piece.grain, piece.cells(there), piece.sign) for piece in pieces] == [
        ("month", 2, 1),
        ("year", 1, 1),
        ("month", 0, -1),
    ]


def _days(first: date, last: date) -> list[date]:
    return [first + ONE * n for n in range((last - first).days + 1)]


@given(st.lists(st.dates(date(2026, 1, 1), date(2026, 3, 1)), max_size=12), st.integers(1, 4))
def test_stale_days_are_read_from_rows_and_no_other_day_twice(days: list[date], most: int) -> None:
    first, last = date(2026, 1, 10), date(2026, 2, 20)
    found = spans(days, most)
    assert len(found) <= most
    assert all(any(start <= day <= end for start, end in found) for day in days)
    parts = sorted([*between(first, last, found), *overlaps(first, last, found)])
    held = [start + ONE * n for start, end in parts for n in range((end - start).days + 1)]
    assert held == [first + ONE * n for n in range((last - first).days + 1)]


def test_a_span_that_ends_before_it_begins_leaves_nothing_between() -> None:
    assert between(date(2027, 2, 1), date(2027, 1, 31), [(date(2027, 3, 1), date(2027, 3, 2))]) == []
