"""The status machine, move by move."""

from datetime import UTC, datetime, timedelta

import pytest

from cxweb.orders.rules import (
    STATUSES,
    ForbiddenTransition,
    InTheFuture,
    MissingReason,
    check_instant,
    check_move,
    first_name,
    is_ref,
    masked_address,
)

ALLOWED = {
    ("planned", "on_the_way"),
    ("planned", "arrived"),
    ("planned", "completed"),
    ("planned", "failed"),
    ("planned", "cancelled"),
    ("on_the_way", "arrived"),
    ("on_the_way", "completed"),
    ("on_the_way", "failed"),
    ("on_the_way", "cancelled"),
    ("arrived", "completed"),
    ("arrived", "failed"),
    ("arrived", "cancelled"),
    ("failed", "planned"),
    ("completed", "arrived"),
}


@pytest.mark.parametrize("wanted", STATUSES)
@pytest.mark.parametrize("current", STATUSES)
def test_every_pair_of_states_is_a_move_a_repeat_or_forbidden(current: str, wanted: str) -> None:
    if current == wanted:
        assert check_move(current, wanted, None) is False
    elif (current, wanted) in ALLOWED:
        assert check_move(current, wanted, "a reason") is True
    else:
        with pytest.raises(ForbiddenTransition, match=f"^{current} → {wanted}$"):
            check_move(current, wanted, "a reason")


@pytest.mark.parametrize("reason", [None, "", "  "])
def test_reopening_needs_a_reason(reason: str | None) -> None:
    with pytest.raises(MissingReason):
        check_move("completed", "arrived", reason)


def test_an_instant_may_lie_five_minutes_ahead_and_no_more() -> None:
    now = datetime(2026, 11, 17, 12, tzinfo=UTC)
    assert check_instant(now + timedelta(minutes=5), now) == now + timedelta(minutes=5)
    with pytest.raises(InTheFuture):
        check_instant(now + timedelta(minutes=5, seconds=1), now)


@pytest.mark.parametrize(
    ("ref", "good"), [("A-1", True), ("a.b_c:d", True), ("bulk", False), ("", False), ("é", False)]
)
def test_refs(ref: str, good: bool) -> None:
    assert is_ref(ref) is good


def test_customers_read_a_first_name_and_a_town_only() -> None:
    assert first_name("  Thị Lan Nguyễn ") == "Thị"
    assert first_name(" ") == ""
    assert masked_address("69003", "Lyon") == "69003 Lyon"
    assert masked_address(None, None) == ""
