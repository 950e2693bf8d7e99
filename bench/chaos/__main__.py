"""`python -m bench.chaos`: kills and freezes every process under load, and counts what is lost and what is doubled."""

import argparse
import sys
import time

from bench.chaos.databases import DATABASES
from bench.chaos.kinds import KINDS
from bench.chaos.run import VARIANTS, Plan, run
from bench.chaos.stage import NotLive
from bench.chaos.verdict import table


def main(arguments: list[str] | None = None) -> int:
    """0 where every configuration held, 1 where one did not or the product did not even serve."""
    asked = _parser().parse_args(arguments)
    verdicts = []
    for gateway in asked.gateway or KINDS:
        for database in asked.database or DATABASES:
            plan = Plan(
                gateway,
                database,
                kills=asked.kills,
                seed=asked.seed,
                interval_s=asked.interval,
                rate=asked.rate,
                drain_s=asked.drain,
                variant=asked.without_outbox,
            )
            try:
                verdict = run(plan)
            except NotLive as error:
                print(f"{gateway} on {database}: not live: {error}")
                return 1
            print(verdict.line(), flush=True)
            verdicts.append(verdict)
    print(f"\n{table(verdicts)}")
    return 1 if any(verdict.faults for verdict in verdicts) else 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m bench.chaos", description=__doc__)
    parser.add_argument("--gateway", action="append", choices=list(KINDS), help="default: each of them")
    parser.add_argument("--database", action="append", choices=list(DATABASES), help="default: both")
    parser.add_argument("--kills", type=int, default=200, help="kills and freezes a configuration")
    parser.add_argument("--seed", type=int, default=int(time.time()), help="the same seed draws the same faults")
    parser.add_argument("--interval", type=float, default=0.6, help="seconds between two of them, on average")
    parser.add_argument("--rate", type=float, default=6.0, help="completed orders a second")
    parser.add_argument("--drain", type=float, default=30.0, help="seconds without progress after which it ends")
    parser.add_argument(
        "--without-outbox",
        choices=list(VARIANTS),
        nargs="?",
        const="queue",
        help="break the product on purpose: commit, then enqueue; or an outbox that resends blindly. Must fail.",
    )
    return parser


if __name__ == "__main__":
    sys.exit(main())
