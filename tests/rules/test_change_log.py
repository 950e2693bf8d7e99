"""Where a reader of the log of changes stands, and what can no longer appear behind it."""

import pytest

from cxweb.analytics.rules import ranks, shrunken
from cxweb.core.change_log import MOST_BEYOND, Look, Position, position, read_position, settled


@pytest.mark.parametrize("text", ["0", "12", "12.14.17"])
def test_a_position_is_read_as_it_was_written(text: str) -> None:
    assert str(read_position(text)) == text


@pytest.mark.parametrize("text", ["", "-1", "1.", "x", "1,2", "٣", "9" * 19, "1" + ".2" * 61])
def test_any_other_text_is_no_position(text: str) -> None:
    assert read_position(text) is None


def test_a_position_has_what_lies_below_its_floor_and_what_it_carries() -> None:
    stands = Position(10, frozenset({12}))
    assert [number for number in range(9, 14) if stands.has(number)] == [9, 10, 12]


def test_of_too_many_beyond_the_floor_the_newest_are_carried() -> None:
    carried = position(0, range(1, 200)).beyond
    assert len(carried) == MOST_BEYOND
    assert min(carried) == 200 - MOST_BEYOND


@pytest.mark.parametrize(
    ("looks", "running", "expected"),
    [
        # Nothing runs: the first transaction that has not begun is also the oldest that could be running.
        ([Look(7, 100)], 100, 7),
        # Number 99 still runs and may hold a number below 7.
        ([Look(7, 100)], 99, 0),
        # What was visible before 105 began is settled once only 105 and later ones run.
        ([Look(7, 100), Look(9, 106)], 105, 7),
        ([Look(7, 100), Look(9, 106)], 106, 9),
        ([], 1, 0),
    ],
)
def test_a_number_is_settled_once_nobody_runs_who_may_hold_a_lower_one(
    looks: list[Look], running: int, expected: int
) -> None:
    assert settled(looks, running) == expected


@pytest.mark.parametrize(
    ("stars", "expected"), [((0, 0, 0, 0, 1), 4.455), ((0, 0, 0, 4, 16), 4.667), ((0, 0, 0, 60, 140), 4.686)]
)
def test_few_answers_are_drawn_towards_the_companys_mean(stars: tuple[int, ...], expected: float) -> None:
    assert shrunken(stars, 4.4) == pytest.approx(expected, abs=0.0005)


def test_equal_to_two_decimals_is_the_same_rank() -> None:
    assert ranks([4.686, 4.6649, 4.6601, 4.2]) == [1, 2, 2, 4]
