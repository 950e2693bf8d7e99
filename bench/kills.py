"""P4: ratings submitted while a web process is killed every half second; what was acknowledged must be stored.

The real server and 8 clients that repeat a submission whose connection broke, as people do. At the end every rating
must equal the submission that was acknowledged, there must be one row and one version an order, and the database whole.
"""

import argparse
import os
import random
import signal
import sqlite3
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, suppress
from datetime import timedelta
from http.client import HTTPException
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlencode

from bench._product import folder, product, settings_in
from cxweb.core import clock, tokens
from cxweb.core.db import close_own_connection, db, transaction
from cxweb.orders.models import Order
from tests.faults.serving import Served

CLIENTS = 8
KILL_EVERY_S = 0.5


class Outcome(NamedTuple):
    """What came of it; `lost` and `wrong` must be none."""

    acknowledged: int
    kills: int
    broken: int
    lost: list[str]
    wrong: list[str]
    integrity: str
    seconds: float

    @property
    def holds(self) -> bool:
        return not self.lost and not self.wrong and self.integrity == "ok"


def orders(data: Path, count: int) -> list[str]:
    """The tokens of so many completed orders in a database of this folder."""
    app = product(settings_in(data))
    made = [tokens.new_link() for _ in range(count)]
    at = clock.now() - timedelta(hours=1)
    with app.app_context():
        with transaction() as opened:
            opened.add_all(
                Order(ref=f"A-{n}", token=token, status="completed", created_at=at, completed_at=at, eligible=True)
                for n, token in enumerate(made)
            )
        close_own_connection()
        for engine in db.engines.values():
            engine.dispose()
    return made


class _Clients:
    """Submits one rating an order, each until it is acknowledged."""

    def __init__(self, served: Served, until: float, pause_s: float) -> None:
        self.served = served
        self.until = until
        self.pause_s = pause_s
        self.acknowledged: dict[str, tuple[int, str]] = {}
        self.broken = 0
        self.lock = threading.Lock()

    def submit_all(self, share: list[str]) -> None:
        connection = self.served.connection(timeout=5)
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        for token in share:
            said = (random.randrange(1, 6), f"comment {token[:6]}")
            body = urlencode({"stars": said[0], "comment": said[1]})
            while time.monotonic() < self.until:
                try:
                    connection.request("POST", f"/t/{token}/rating", body, headers)
                    answer = connection.getresponse()
                    answer.read()
                except (OSError, HTTPException):
                    connection.close()
                    with self.lock:
                        self.broken += 1
                    time.sleep(0.02)
                    continue
                assert answer.status == 303, answer.status
                with self.lock:
                    self.acknowledged[token] = said
                time.sleep(self.pause_s)
                break
        connection.close()


def run(data: Path, submissions: int, seconds: float = 50, pause_s: float = 0.0) -> Outcome:
    """Submit under kills, for at most so many seconds; what came of it. Each client pauses after each rating, so that
    few submissions too last for several kills."""
    made = orders(data, submissions)
    kills, ended = 0, threading.Event()

    def kill() -> None:
        nonlocal kills
        while not ended.wait(KILL_EVERY_S):
            served.start()
            workers = served.workers()
            if workers:
                with suppress(ProcessLookupError):
                    os.kill(random.choice(workers), signal.SIGKILL)
                    kills += 1

    with Served(data) as served:
        clients = _Clients(served, time.monotonic() + seconds, pause_s)
        killer = threading.Thread(target=kill)
        killer.start()
        began = time.monotonic()
        with ThreadPoolExecutor(CLIENTS) as pool:
            list(pool.map(clients.submit_all, [made[number::CLIENTS] for number in range(CLIENTS)]))
        took = time.monotonic() - began
        ended.set()
        killer.join()
    lost, wrong, integrity = compared(data / "cxweb.sqlite3", clients.acknowledged)
    return Outcome(len(clients.acknowledged), kills, clients.broken, lost, wrong, integrity, took)


def compared(database: Path, acknowledged: dict[str, tuple[int, str]]) -> tuple[list[str], list[str], str]:
    """The tokens of acknowledged ratings that are not stored, of those stored otherwise, and SQLite's own verdict."""
    with closing(sqlite3.connect(database)) as connection:
        rows = connection.execute(
            "SELECT token, stars, comment, version, (SELECT count(*) FROM rating_version WHERE rating_id = rating.id)"
            ' FROM rating JOIN "order" ON "order".id = order_id'
        ).fetchall()
        integrity = str(connection.execute("PRAGMA integrity_check").fetchone()[0])
    stored = {token: tuple(said) for token, *said in rows}
    wrong = [t for t, said in acknowledged.items() if t in stored and stored[t] != (*said, 1, 1)]
    return [token for token in acknowledged if token not in stored], wrong, integrity


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--submissions", type=int, default=5000)
    parser.add_argument("--seconds", type=float, default=50)
    asked = parser.parse_args()
    with folder() as data:
        found = run(data, asked.submissions, asked.seconds)
    print(
        f"P4 {found.acknowledged} of {asked.submissions} submissions acknowledged in {found.seconds:.0f} s, "
        f"{found.kills} kills, {found.broken} broken connections; lost {len(found.lost)}, "
        f"stored otherwise {len(found.wrong)}, integrity check {found.integrity}: "
        f"{'holds' if found.holds else 'BROKEN'}"
    )


if __name__ == "__main__":
    main()
