"""Whether a gateway is given messages: a rest after failures in a row, and a rate of messages a minute."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from cxweb.core.senders.protocol import InDoubt, Outcome, RefusedForNow

# After so many failures in a row a gateway rests; each further failure doubles the rest.
PATIENCE = 3
SHORTEST_REST, LONGEST_REST = timedelta(seconds=30), timedelta(minutes=5)
# As much of a minute's messages may leave at once.
BURST = 1 / 6


@dataclass(frozen=True)
class Gate:
    """What is known of a gateway; `allowance` messages may leave at `allowance_at`, by its rate."""

    failures: int = 0
    rests_until: datetime | None = None
    last_error: str | None = None
    allowance: float = 0.0
    allowance_at: datetime | None = None


@dataclass(frozen=True)
class Admission:
    """How many of the messages that wait may leave now; the rest may try again at `again_at` at the soonest."""

    gate: Gate
    count: int
    again_at: datetime


def admit(gate: Gate, waiting: int, per_minute: int, trial: timedelta, now: datetime) -> Admission:
    """Let messages through. `per_minute` 0 means no limit.

    When a rest ends, one message tries the gateway; the others wait for `trial`, until it is known how that went.
    """
    if gate.rests_until is not None:
        if now < gate.rests_until:
            return Admission(gate, 0, gate.rests_until)
        return Admission(replace(gate, rests_until=now + trial), min(waiting, 1), now + trial)
    if not per_minute:
        return Admission(gate, waiting, now)
    most = max(1.0, per_minute * BURST)
    since = now - gate.allowance_at if gate.allowance_at is not None else timedelta(minutes=1)
    allowance = min(most, gate.allowance + per_minute * max(since, timedelta(0)) / timedelta(minutes=1))
    count = min(waiting, int(allowance))
    again_at = now + timedelta(minutes=1) * (1 / per_minute)
    return Admission(replace(gate, allowance=allowance - count, allowance_at=now), count, again_at)


def heard(gate: Gate, outcomes: Sequence[Outcome], now: datetime) -> Gate:
    """The gate after the gateway's answers, oldest first."""
    for outcome in outcomes:
        match outcome:
            case InDoubt(why) | RefusedForNow(why, gateway_down=True):
                failures = gate.failures + 1
                rest = min(SHORTEST_REST * 2 ** min(max(failures - PATIENCE, 0), 10), LONGEST_REST)
                until = now + rest if failures >= PATIENCE else gate.rests_until
                gate = replace(gate, failures=failures, rests_until=until, last_error=why)
            case _:
                gate = replace(gate, failures=0, rests_until=None, last_error=None)
    return gate
