"""An uploaded file's import while its worker is killed again and again: the same rows as without, none doubled.

The real worker, sweeper and Valkey. After each kill the worker is started again, and the import must come further
before the next one. In turn the worker with its job, the job alone, and the worker alone are killed; the last leaves
a job that nobody watches. At the end every order with its customer, crew, tags and history must be as `import-orders`
leaves them in another database, and each row counted once. `--forgetful` breaks the product on purpose, and must fail.
"""

import argparse
import random
import sys
import tempfile
import time
from contextlib import suppress
from pathlib import Path
from typing import Any, NamedTuple

from sqlalchemy import func, select

from bench._product import settings_in
from bench._uploads import started
from bench.chaos.databases import DATABASES
from bench.chaos.programs import end_cleanly, members, signal_to
from bench.chaos.stage import Stage, until
from bench.imports import MAPPING, generate
from cxweb import create_app
from cxweb.actions.import_orders import import_orders
from cxweb.company.models import Depot
from cxweb.core.db import close_own_connection, db, session
from cxweb.core.migrations import upgrade
from cxweb.orders.models import CrewMember, Customer, Driver, Order, OrderTag, StatusChange
from cxweb.settings import NAMES, Settings
from cxweb.uploads.models import Upload
from cxweb.uploads.queries import by_id

WAYS = ("worker and job", "job", "worker")
KILL = 9
# What of an order the two ways of importing must have alike: everything but what is drawn or counted.
DRAWN = frozenset({"id", "token", "customer_id", "depot_id"})


class Verdict(NamedTuple):
    """What came of it: none may differ or be doubled, and as many rows must be counted as there are orders."""

    orders: int
    kills: int
    runs: int
    differing: int
    doubled: int
    counted: int
    seconds: float

    @property
    def holds(self) -> bool:
        return not self.differing and not self.doubled and self.counted == self.orders


def run(orders: int, kills: int, *, database: str = "sqlite", seed: int = 1, variant: str | None = None) -> Verdict:
    chance, began = random.Random(seed), time.monotonic()
    with tempfile.TemporaryDirectory(prefix="cxk-") as name, DATABASES[database](Path(name)) as url:
        folder = Path(name)
        file, mapping = folder / "orders.csv", folder / "orders.toml"
        generate(file, orders)
        mapping.write_text(MAPPING, encoding="utf-8")
        without = ("web", "messages-1", "messages-2")
        with Stage(folder, url, {}, without=without, variant=variant) as stage:
            app = create_app(Settings.from_env({n: v for n, v in stage.environment.items() if n in NAMES}))
            with app.app_context():
                upload_id = started(file, MAPPING)
                done = _kill(stage, upload_id, kills, chance)
                until(lambda: _stand(upload_id)[0] == "done", 600.0)
                found, runs = _rows(), _stand(upload_id)[2]
                doubled, counted = _doubled(), sum(by_id(upload_id).tally["counts"].values())
                _close()
        reference = create_app(settings_in(folder, f"sqlite:///{folder / 'reference.sqlite3'}"))
        with reference.app_context():
            upgrade()
            import_orders(file, mapping)
            wanted = _rows()
            _close()
    return Verdict(len(found), done, runs, len(set(found) ^ set(wanted)), doubled, counted, time.monotonic() - began)


def _kill(stage: Stage, upload_id: int, kills: int, chance: random.Random) -> int:
    """Kill as often, each time after the import has come further; how often there was something to kill."""
    worker, at, sessions = stage.programs["work"], 0, set[int]()
    for number in range(kills):
        until(lambda past=at: _further(upload_id, past), 60.0)  # type: ignore[misc]  # a lambda's default has no type
        time.sleep(chance.random() * 0.3)
        state, at, _ = _stand(upload_id)
        if state == "done":
            return number
        # A job whose worker was killed alone goes on in that one's session.
        sessions.add(worker.pid)
        pids = [pid for session_ in sessions for pid in members(session_)]
        jobs = [pid for pid in pids if pid != worker.pid]
        for pid in {"worker and job": pids, "job": jobs, "worker": [worker.pid]}[WAYS[number % len(WAYS)]]:
            signal_to(pid, KILL)
    return kills


def _stand(upload_id: int) -> tuple[str, int, int]:
    """State, batches and runs of the upload."""
    session().expire_all()
    upload: Upload = by_id(upload_id)
    return upload.state, upload.batches, upload.run


def _further(upload_id: int, past: int) -> bool:
    state, batches, _ = _stand(upload_id)
    return batches > past or state == "done"


def _rows() -> list[tuple[Any, ...]]:
    """Every order with all that belongs to it, without what is drawn or counted."""
    columns = [column for column in Order.__table__.c if column.name not in DRAWN]
    contact = (Customer.ref, Customer.email, Customer.phone)
    orders = select(Order.id, *columns, *contact, Depot.ref).outerjoin(Order.customer).outerjoin(Order.depot)
    crew = select(CrewMember.order_id, CrewMember.driver_name, Driver.ref).join(Driver)
    parts: dict[int, list[Any]] = {}
    for query in (
        crew.order_by(CrewMember.position),
        select(OrderTag.order_id, OrderTag.tag).order_by(OrderTag.tag),
        select(StatusChange.order_id, StatusChange.status, StatusChange.at).order_by(StatusChange.id),
    ):
        for order_id, *values in session().execute(query):
            parts.setdefault(order_id, []).append(tuple(values))
    return [(*row[1:], *parts.get(row[0], [])) for row in session().execute(orders)]


def _doubled() -> int:
    """Orders that stand there twice, or whose beginning does."""
    twice = select(Order.ref).group_by(Order.ref).having(func.count() > 1)
    begun = select(StatusChange.order_id).where(StatusChange.status == "planned")
    begun = begun.group_by(StatusChange.order_id).having(func.count() > 1)
    return len(session().scalars(twice).all()) + len(session().scalars(begun).all())


def _close() -> None:
    """Every connection, so that the database's file can go."""
    db.session.remove()
    close_own_connection()
    for engine in db.engines.values():
        engine.dispose()


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--orders", type=int, default=100_000)
    parser.add_argument("--kills", type=int, default=10)
    parser.add_argument("--database", choices=tuple(DATABASES), default="sqlite")
    parser.add_argument("--seed", type=int, default=int(time.time()))
    parser.add_argument("--forgetful", action="store_true")
    asked = parser.parse_args()
    end_cleanly()
    variant = "bench.forgetful" if asked.forgetful else None
    verdict = run(asked.orders, asked.kills, database=asked.database, seed=asked.seed, variant=variant)
    with suppress(BrokenPipeError):
        print(
            f"{verdict.orders:,} orders on {asked.database}, {verdict.kills} kills in {verdict.runs} runs: "
            f"{verdict.differing} rows differ, {verdict.doubled} doubled, {verdict.counted:,} counted "
            f"({verdict.seconds:.0f} s, seed {asked.seed})"
        )
    return 0 if verdict.holds else 1


if __name__ == "__main__":
    sys.exit(main())
