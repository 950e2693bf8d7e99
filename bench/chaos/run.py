"""One configuration: a gateway kind on a database, with the product's processes killed and frozen under load."""

import shutil
import tempfile
import time
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from random import Random

from bench.chaos import outbox
from bench.chaos.databases import DATABASES, flask
from bench.chaos.faults import Faults
from bench.chaos.feed import Feed
from bench.chaos.kinds import KINDS
from bench.chaos.ledger import DROPS, Ledger
from bench.chaos.stage import Stage
from bench.chaos.verdict import Verdict, judge

STILL_S = 1.5
# Ways to break the product: the module that does it, and what is not started then.
VARIANTS = {
    "queue": ("bench.chaos.without_outbox", ("sweeper",)),
    "resend": ("bench.chaos.blind_resend", ()),
}


@dataclass(frozen=True)
class Plan:
    """What to run; `kills` counts kills and freezes together, `rate` is in orders a second."""

    gateway: str
    database: str
    kills: int
    seed: int
    interval_s: float = 0.6
    rate: float = 6.0
    lease_s: float = 4.0
    # What is still open when nothing has moved for so long after the last fault counts as lost.
    drain_s: float = 30.0
    drops: float = DROPS
    variant: str | None = None


def run(plan: Plan) -> Verdict:
    """Run the plan on a database, a Valkey and a gateway of its own. Raises NotLive."""
    began = time.monotonic()
    kind, ledger = KINDS[plan.gateway], Ledger(plan.seed, drops=plan.drops)
    module, without = VARIANTS[plan.variant] if plan.variant else (None, ())
    with ExitStack() as stack:
        folder = Path(tempfile.mkdtemp(prefix="cxc-"))
        stack.callback(shutil.rmtree, folder, ignore_errors=True)
        url = stack.enter_context(DATABASES[plan.database](folder))
        gateway = kind.start(ledger)
        stack.callback(gateway.stop)
        stage = Stage(folder, url, gateway.environment, lease_s=plan.lease_s, variant=module, without=without)
        stack.enter_context(stage)
        stage.require_live()
        flask(stage.environment, "configure", "notifications.quiet_hours.sms", "off")
        key = flask(stage.environment, "create-api-key", "chaos")
        feed = Feed(stage.port, key, kind.channel, plan.rate, plan.seed, lambda: len(outbox.open_messages(url)))
        feed.start()
        faults = Faults(stage, ledger, plan.lease_s, plan.seed)
        try:
            _strike(faults, plan)
        finally:
            fed = feed.stop()
        drain(stage, plan.drain_s)
        seconds = time.monotonic() - began
        return judge(kind, plan.database, plan.seed, seconds, fed, ledger, outbox.rows(url), faults.struck)


def _strike(faults: Faults, plan: Plan) -> None:
    """One fault after another, each a while after the one before."""
    draw = Random(plan.seed)
    next_at = time.monotonic() + plan.interval_s
    for _ in range(plan.kills):
        time.sleep(max(0.0, next_at - time.monotonic()))
        faults.strike()
        next_at = max(next_at, time.monotonic() - plan.interval_s) + plan.interval_s * draw.uniform(0.5, 1.5)


def drain(stage: Stage, patience_s: float) -> None:
    """Let everything run until no message has been open for a moment, or nothing has moved for so long."""
    stage.thaw()
    count, since = -1, time.monotonic()
    while True:
        waiting = len(outbox.open_messages(stage.database_url))
        if waiting != count:
            count, since = waiting, time.monotonic()
        # A frozen process that has just woken up may still be at the gateway.
        if time.monotonic() - since > (patience_s if waiting else STILL_S):
            return
        time.sleep(0.1)
