"""How late an order is, and how a board is sorted."""

from datetime import UTC, datetime, timedelta

import pytest

from cxweb.boards.rules import lateness, sort_key

NOON = datetime(2026, 11, 17, 12, 0, tzinfo=UTC)


def minutes(count: int) -> timedelta:
    return timedelta(minutes=count)


@pytest.mark.parametrize(
    ("status", "promised", "eta", "completed", "expected"),
    [
        ("completed", 0, None, 12, 12),
        ("completed", 0, None, -5, -5),
        ("planned", -10, None, None, 10),
        ("planned", 10, None, None, None),
        # Its own estimate says it before the clock does.
        ("on_the_way", 10, 30, None, 20),
        ("failed", -10, None, None, None),
        ("planned", None, 30, None, None),
    ],
)
def test_lateness(
    status: str, promised: int | None, eta: int | None, completed: int | None, expected: int | None
) -> None:
    at = [None if value is None else NOON + minutes(value) for value in (promised, eta, completed)]
    found = lateness(status, at[0], at[1], at[2], NOON)
    assert found == (None if expected is None else minutes(expected))


def test_rows_are_sorted_by_window_or_by_rating() -> None:
    rows = [(None, NOON), (5, NOON - minutes(60)), (1, NOON + minutes(60)), (5, NOON + minutes(5))]

    def order(sort: str) -> list[int]:
        return sorted(range(4), key=lambda row: sort_key(sort, *rows[row]))

    assert order("oldest") == [1, 0, 3, 2]
    assert order("newest") == [2, 3, 0, 1]
    assert order("lowest") == [2, 1, 3, 0]
    assert order("highest") == [1, 3, 2, 0]
