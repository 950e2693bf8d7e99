"""P3: Valkey killed, or frozen, under load: `python -m bench.outage --minutes 10`. Pages, ratings and messages go on.

The product runs as in production, with its own times. Before, during and after the outage the same steady load goes on:
pages, ratings (each a correction that is stored) and completions (each an order and a message to a gateway on this
machine). A request that is not answered 200, 201 or 303 is refused.
"""

import argparse
import shutil
import sys
import tempfile
import time
from collections.abc import Iterable
from contextlib import ExitStack
from dataclasses import dataclass
from math import ceil
from pathlib import Path
from statistics import median

from bench.chaos.databases import DATABASES, flask
from bench.chaos.http_gateways import JsonGateway
from bench.chaos.ledger import Ledger
from bench.chaos.load import RATES, Answered, Load
from bench.chaos.stage import Stage, until

SLOWER_S, DELAY_S = 0.25, 10.0
PHASES = ("up", "down", "up again")
WAYS = ("killed", "frozen")


@dataclass(frozen=True)
class Phase:
    """A stretch of the run: its requests, and how long the messages of its completions took to the gateway."""

    name: str
    answered: list[Answered]
    delays: list[float]

    def p95(self, what: str) -> float:
        seconds = sorted(each.seconds for each in self.answered if each.what == what)
        return seconds[ceil(0.95 * len(seconds)) - 1]

    @property
    def refused(self) -> int:
        return sum(each.refused for each in self.answered)

    def line(self) -> str:
        words = []
        for what in RATES:
            seconds = [each.seconds for each in self.answered if each.what == what]
            spread = f"median {median(seconds):.3f} s, p95 {self.p95(what):.3f} s, longest {max(seconds):.3f} s"
            words.append(f"  {what}: {len(seconds)} requests, {spread}")
        late = f"{len(self.delays)} messages, longest {max(self.delays, default=0.0):.1f} s after the completion"
        return "\n".join([f"{self.name}: refused {self.refused}", *words, f"  {late}"])


@dataclass(frozen=True)
class Outage:
    """What was seen; `missing` counts messages that never reached the gateway."""

    phases: tuple[Phase, ...]
    missing: int

    @property
    def slower(self) -> float:
        """By how many seconds the p95 of a kind of request rose at most."""
        before, during = self.phases[:2]
        return max(during.p95(what) - before.p95(what) for what in RATES)

    @property
    def delay(self) -> float:
        return max((delay for phase in self.phases for delay in phase.delays), default=0.0)

    @property
    def refused(self) -> int:
        return sum(phase.refused for phase in self.phases)

    def held(self) -> bool:
        return not self.refused and not self.missing and self.slower <= SLOWER_S and self.delay <= DELAY_S


def outage(way: str, database: str, up_s: float, down_s: float) -> Outage:
    """Let Valkey be killed or frozen for so long, between two stretches with it."""
    with ExitStack() as stack:
        folder = Path(tempfile.mkdtemp(prefix="cxo-"))
        stack.callback(shutil.rmtree, folder, ignore_errors=True)
        url = stack.enter_context(DATABASES[database](folder))
        ledger = Ledger(0, refusals=0, drops=0, hold_s=(0.005, 0.02))
        gateway = JsonGateway(ledger, "&idempotency=1")
        stack.callback(gateway.stop)
        stage = stack.enter_context(Stage(folder, url, gateway.environment))
        stage.require_live()
        flask(stage.environment, "configure", "notifications.quiet_hours.sms", "off")
        load = Load(stage.port, flask(stage.environment, "create-api-key", "outage"))
        load.start()
        try:
            # What is slow only the first time is in no phase.
            time.sleep(2)
            begins = [time.time()]
            time.sleep(up_s)
            begins.append(time.time())
            take_away(stage, way, down_s)
            time.sleep(down_s)
            begins.append(time.time())
            time.sleep(up_s)
        finally:
            load.stop()
        wait_for_all(load, ledger)
        return told(begins, load, ledger)


def take_away(stage: Stage, way: str, seconds: float) -> None:
    valkey = stage.programs["valkey"]
    if way == "killed":
        valkey.stay_down(seconds)
    else:
        valkey.freeze(valkey.members(), seconds)


def wait_for_all(load: Load, ledger: Ledger) -> None:
    try:
        until(lambda: load.completed.keys() <= ledger.taken.keys(), 3 * DELAY_S)
    except TimeoutError:
        # They are counted as missing.
        return


def told(begins: list[float], load: Load, ledger: Ledger) -> Outage:
    ends = [*begins[1:], float("inf")]
    phases = []
    for name, begin, end in zip(PHASES, begins, ends, strict=True):
        answered = [each for each in load.answered if begin <= each.at < end]
        due = {to: at for to, at in load.completed.items() if begin <= at < end}
        delays = [ledger.first_at[to] - at for to, at in due.items() if to in ledger.first_at]
        phases.append(Phase(name, answered, delays))
    return Outage(tuple(phases), len(load.completed.keys() - ledger.taken.keys()))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=10.0, help="how long Valkey is away")
    parser.add_argument("--up", type=float, default=60.0, help="seconds of load before it goes, and after it is back")
    parser.add_argument("--way", action="append", choices=WAYS, help="default: both")
    parser.add_argument("--database", action="append", choices=list(DATABASES), help="default: SQLite")
    asked = parser.parse_args()
    held = [
        show(way, database, outage(way, database, asked.up, asked.minutes * 60), asked.minutes)
        for database in asked.database or ["sqlite"]
        for way in asked.way or WAYS
    ]
    return 0 if all(held) else 1


def show(way: str, database: str, seen: Outage, minutes: float) -> bool:
    lines: Iterable[str] = (phase.line() for phase in seen.phases)
    print("\n".join(lines))
    print(
        f"P3 Valkey {way} for {minutes:g} minutes on {database}: refused {seen.refused} (goal 0), "
        f"p95 {seen.slower:+.3f} s (goal ≤ +{SLOWER_S} s), longest delay of a message {seen.delay:.1f} s "
        f"(goal ≤ {DELAY_S:g} s), messages missing {seen.missing} (goal 0): {'held' if seen.held() else 'MISSED'}",
        flush=True,
    )
    return seen.held()


if __name__ == "__main__":
    sys.exit(main())
