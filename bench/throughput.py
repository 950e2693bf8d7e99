"""S11: due messages through one RQ worker in jobs of 500, against one RQ job a message, in the same run.

Worker, queue, sending and gateway are the same on both sides; only the number of ids in a job differs. The gateway
that answers at once is a class in the worker's process (`bench.chaos.instant`), so that what is measured is the product
and not a server's speed; the local mailbox and a gateway over HTTP on the loopback interface are shown beside it. The
rate is taken from the instants the product writes on the rows: a start of a process is in neither side.
"""

import argparse
import shutil
import tempfile
import time
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from redis import Redis
from rq import Queue
from rq.serializers import JSONSerializer

from bench.chaos import backlog
from bench.chaos.databases import DATABASES, flask
from bench.chaos.http_gateways import JsonGateway
from bench.chaos.ledger import Ledger
from bench.chaos.programs import Program, resident
from bench.chaos.stage import Stage, until

GOAL = 100
JOB = "cxweb.jobs.notifications.send"
BATCH = 500
EARLY = 10_000
# The worker and Valkey are all that runs.
WITHOUT = ("web", "messages-2", "work", "sweeper")
GATEWAYS = ("instant", "mailbox", "http")


@dataclass(frozen=True)
class Measured:
    """A backlog that was sent: messages a second, and the worker's greatest memory in MiB, early and in all."""

    per_second: float
    early: float
    peak: float


def send(stage: Stage, ids: Sequence[int], size: int) -> Measured:
    """Put the messages into jobs of a size and wait until the worker has sent them all."""
    redis = Redis.from_url(stage.environment["CXWEB_REDIS_URL"])
    queue = Queue("messages", connection=redis, serializer=JSONSerializer)
    for start in range(0, len(ids), size):
        queue.enqueue_call(JOB, (list(ids[start : start + size]),), result_ttl=0, timeout=600)
    redis.close()
    worker = stage.programs["messages-1"]
    early = peak = 0.0
    done, look_at = 0, 0.0
    while done < len(ids):
        peak = max(peak, memory(worker))
        if time.monotonic() > look_at:
            done, look_at = backlog.sent(ids), time.monotonic() + 0.5
            early = peak if done <= EARLY or not early else early
        time.sleep(0.02)
    return Measured(backlog.rate(ids).per_second, early, peak)


def memory(worker: Program) -> float:
    """Of the worker's processes the greatest, in MiB."""
    return max((resident(pid) for pid in worker.members()), default=0.0)


def measure(database: str, gateway: str, channel: str, messages: int, sample: int) -> bool:
    """Print both rates and their ratio; whether the goal was met."""
    with ExitStack() as stack:
        folder = Path(tempfile.mkdtemp(prefix="cxt-"))
        stack.callback(shutil.rmtree, folder, ignore_errors=True)
        url = stack.enter_context(DATABASES[database](folder))
        environment: dict[str, str] = {}
        if gateway == "http":
            server = JsonGateway(Ledger(0, refusals=0, drops=0, hold_s=(0, 0)), "&idempotency=1")
            stack.callback(server.stop)
            environment = server.environment
        variant = "bench.chaos.instant" if gateway == "instant" else None
        stage = stack.enter_context(Stage(folder, url, environment, variant=variant, without=WITHOUT))
        flask(stage.environment, "configure", "notifications.quiet_hours.sms", "off")
        stack.enter_context(backlog.application(folder, url).app_context())
        ids = backlog.write(messages + sample, channel)
        until(lambda: bool(stage.programs["messages-1"].members()), 10)
        single = send(stage, ids[:sample], 1)
        batches = send(stage, ids[sample:], BATCH)
    ratio = batches.per_second / single.per_second
    met = ratio >= GOAL
    print(
        f"S11 {channel} to {gateway} on {database}: {messages:,} in jobs of {BATCH}: {batches.per_second:,.0f}/s; "
        f"{sample:,} in a job each: {single.per_second:,.1f}/s; ratio {ratio:,.0f} ×, goal ≥ {GOAL} ×: "
        f"{'met' if met else 'MISSED' if gateway == 'instant' else 'no goal'}; worker's memory until "
        f"{min(EARLY, messages):,} sent {batches.early:.0f} MiB, in all {batches.peak:.0f} MiB",
        flush=True,
    )
    return met or gateway != "instant"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--messages", type=int, default=100_000)
    parser.add_argument("--sample", type=int, default=1_500, help="messages that get a job each")
    parser.add_argument("--others", type=int, default=5_000, help="messages to the gateways without a goal")
    parser.add_argument("--database", action="append", choices=list(DATABASES))
    parser.add_argument("--gateway", action="append", choices=GATEWAYS)
    asked = parser.parse_args()
    for database in asked.database or DATABASES:
        for gateway in asked.gateway or GATEWAYS:
            if gateway == "instant":
                measure(database, gateway, "email", asked.messages, asked.sample)
                measure(database, gateway, "sms", asked.messages, asked.sample)
            else:
                measure(database, gateway, "sms", asked.others, asked.sample // 5)


if __name__ == "__main__":
    main()
