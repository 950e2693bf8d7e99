"""What a chaos run calls a fault: every way in which the three accounts can differ is told."""

from dataclasses import dataclass, field

import pytest

from bench.chaos.faults import Struck
from bench.chaos.feed import Fed
from bench.chaos.kinds import KINDS
from bench.chaos.ledger import DROP, REFUSE_FOR_GOOD, Ledger
from bench.chaos.outbox import Row
from bench.chaos.verdict import judge

LINK = "http://127.0.0.1/t/abc"


@dataclass
class Seen:
    """One completed order, as the client, the gateway and the outbox saw it."""

    state: str | None = "sent"
    taken: int = 1
    text: str = f"Hello {LINK}"
    told: tuple[str, ...] = ()
    doubted: bool = False
    given_up: set[str] = field(default_factory=set)
    kills: tuple[int, int] = (10, 4)


def faults(gateway: str, seen: Seen) -> tuple[str, ...]:
    to = "+33612345678"
    ledger = Ledger(1)
    for _ in range(seen.taken):
        ledger.take(to, seen.text)
    for outcome in seen.told:
        ledger.note(to, outcome)
    rows = [Row("C-1", KINDS[gateway].channel, seen.state)] if seen.state else []
    struck = Struck(kills=seen.kills[0], kills_under_lease=seen.kills[1], doubted={"C-1"} if seen.doubted else set())
    fed = Fed(completed={to: "C-1"}, links={to: LINK}, given_up=seen.given_up)
    return judge(KINDS[gateway], "sqlite", 1, 1.0, fed, ledger, rows, struck).faults


@pytest.mark.parametrize(
    ("gateway", "seen"),
    [
        ("json-key", Seen()),
        ("json-key", Seen("delivered")),
        ("json-key", Seen("failed", taken=0, told=(REFUSE_FOR_GOOD,))),
        ("smtp", Seen("uncertain", told=(DROP,))),
        ("smtp", Seen("uncertain", taken=0, doubted=True)),
    ],
)
def test_a_run_in_which_all_is_well_has_no_fault(gateway: str, seen: Seen) -> None:
    assert faults(gateway, seen) == ()


@pytest.mark.parametrize(
    ("gateway", "seen", "fault"),
    [
        ("json-key", Seen(None, taken=0), "1 lost"),
        ("json-key", Seen("pending", taken=0), "1 lost"),
        ("json-key", Seen("sending"), "1 lost"),
        ("json-key", Seen("sent", taken=0), "1 lost"),
        ("json-key", Seen(taken=2), "1 got a message twice"),
        ("json-lookup", Seen("uncertain", told=(DROP,)), "1 uncertain where the gateway resolves doubt"),
        ("smtp", Seen("uncertain"), "1 uncertain without a doubt"),
        ("smtp", Seen("failed", told=(REFUSE_FOR_GOOD,)), "1 failed although delivered"),
        ("smtp", Seen("failed", taken=0), "1 failed without a refusal for good"),
        ("smtp", Seen(text="Hello http://127.0.0.1/t/xyz"), "1 got another order's link"),
        ("smtp", Seen(given_up={"+33699999999"}), "1 never answered"),
        ("smtp", Seen(kills=(10, 2)), "only 20% of the kills fell under an open lease"),
    ],
)
def test_each_way_to_fail_is_told(gateway: str, seen: Seen, fault: str) -> None:
    assert faults(gateway, seen) == (fault,)
