"""When a gateway rests, and what its rate lets through."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from cxweb.core.senders.gate import LONGEST_REST, PATIENCE, SHORTEST_REST, Gate, admit, heard
from cxweb.core.senders.protocol import Accepted, InDoubt, RefusedForGood, RefusedForNow

NOW = datetime(2026, 11, 17, 13, 0, tzinfo=UTC)
TRIAL = timedelta(seconds=30)
DOWN, SILENT = RefusedForNow("no route", gateway_down=True), InDoubt("no answer")


def test_a_gateway_rests_after_failures_in_a_row_and_one_message_tries_it_then() -> None:
    gate = heard(Gate(), [DOWN, SILENT], NOW)
    assert admit(gate, 9, 0, TRIAL, NOW).count == 9
    gate = heard(gate, [DOWN], NOW)
    rest = NOW + SHORTEST_REST
    assert (gate.failures, gate.rests_until, gate.last_error) == (PATIENCE, rest, "no route")
    assert admit(gate, 9, 0, TRIAL, NOW + timedelta(seconds=29)) == replace(
        admit(gate, 9, 0, TRIAL, NOW), count=0, again_at=rest
    )
    tried = admit(gate, 9, 0, TRIAL, rest)
    assert (tried.count, tried.again_at) == (1, rest + TRIAL)
    # Until that one is back, nobody else tries.
    assert admit(tried.gate, 9, 0, TRIAL, rest + timedelta(seconds=1)).count == 0


def test_each_further_failure_doubles_the_rest_up_to_its_longest() -> None:
    gate = heard(Gate(), [DOWN] * PATIENCE, NOW)
    rests = []
    for _ in range(6):
        rests.append((gate.rests_until or NOW) - NOW)
        gate = heard(gate, [SILENT], NOW)
    assert rests == [SHORTEST_REST * n for n in (1, 2, 4, 8)] + [LONGEST_REST] * 2
    assert heard(gate, [DOWN] * 5_000, NOW).rests_until == NOW + LONGEST_REST


@pytest.mark.parametrize("answer", [Accepted("1"), RefusedForGood("no such number"), RefusedForNow("greylisted")])
def test_a_gateway_that_answers_at_all_works(answer: Accepted | RefusedForGood | RefusedForNow) -> None:
    assert heard(heard(Gate(), [DOWN] * 9, NOW), [answer], NOW) == Gate()
    assert heard(Gate(), [DOWN, DOWN, answer, DOWN, DOWN], NOW).rests_until is None


def test_a_rate_lets_a_sixth_of_its_minute_leave_at_once_and_the_rest_as_time_goes() -> None:
    first = admit(Gate(), 500, 60, TRIAL, NOW)
    assert (first.count, first.again_at) == (10, NOW + timedelta(seconds=1))
    assert admit(first.gate, 500, 60, TRIAL, NOW + timedelta(seconds=0.5)).count == 0
    assert admit(first.gate, 500, 60, TRIAL, NOW + timedelta(seconds=3)).count == 3
    assert admit(first.gate, 500, 60, TRIAL, NOW + timedelta(hours=1)).count == 10


def test_over_an_hour_no_more_leaves_than_the_rate_and_one_burst() -> None:
    gate, sent = Gate(), 0
    for second in range(3_600):
        admission = admit(gate, 500, 7, TRIAL, NOW + timedelta(seconds=second))
        gate, sent = admission.gate, sent + admission.count
    assert 7 * 60 - 1 <= sent <= 7 * 60 + 2


def test_a_clock_that_was_set_back_gives_no_messages_away() -> None:
    gate = admit(Gate(), 10, 60, TRIAL, NOW).gate
    assert admit(gate, 10, 60, TRIAL, NOW - timedelta(hours=1)).count == 0
