"""P23: a backup made while ratings come in by the second, restored into an empty installation, which then answers.

The real server takes ratings at a steady rate; the command makes the backup meanwhile, and the command restores it. A
rating whose 303 had arrived before the instant the backup names must be in the restored database; what came later may.
"""

import argparse
import json
import subprocess
import sys
import threading
import time
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urlencode
from zipfile import ZipFile

from sqlalchemy import select, text

from bench._people import fill
from bench._product import close_database, folder, postgresql, product, settings_in
from cxweb import create_app
from cxweb.actions.steps.insert_many import insert_many
from cxweb.core import clock, tokens
from cxweb.core.db import db, transaction
from cxweb.orders.models import Order
from cxweb.ratings.models import Rating
from cxweb.settings import Settings
from tests.faults.serving import Served

COMMAND = Path(sys.executable).parent / "flask"
CLIENTS = 16


@dataclass
class Found:
    """What came of it; `lost` and `wrong` must be none."""

    acknowledged: int = 0
    rate: float = 0.0
    before: int = 0
    lost: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    slowest_s: float = 0.0
    backup_s: float = 0.0
    megabytes: float = 0.0
    answers_s: float = 0.0

    @property
    def good(self) -> bool:
        return self.before > 0 and not self.lost and not self.wrong and self.answers_s < 60


def run(data: Path, *, people: int, rate: int, seconds: float, url: str = "", other_url: str = "") -> Found:
    """Fill the product, rate, back up in the middle, restore, and compare."""
    settings, found = settings_in(data / "a", url), Found()
    (data / "a").mkdir()
    made = prepared(settings_in(data / "a", url), people, int(rate * seconds))
    file = data / "cxweb.zip"
    with Served(data / "a", CXWEB_DATABASE_URL=settings.database_url) as served:
        clients = _Clients(served, rate)
        backing = threading.Timer(seconds / 3, _back_up, (file, served.env, found))
        backing.start()
        began = time.monotonic()
        with ThreadPoolExecutor(CLIENTS) as pool:
            list(pool.map(clients.submit, [made[number::CLIENTS] for number in range(CLIENTS)]))
        found.rate = len(clients.acknowledged) / (time.monotonic() - began)
        backing.join()
    found.acknowledged, found.slowest_s = len(clients.acknowledged), clients.slowest_s
    with ZipFile(file) as archive:
        instant = datetime.fromisoformat(json.loads(archive.read("cxweb.json"))["made_at"])
    found.megabytes = file.stat().st_size / 1e6
    began = time.monotonic()
    restored = settings_in(data / "b", other_url)
    (data / "b").mkdir()
    env = {"CXWEB_DATA_DIR": str(data / "b"), "CXWEB_DATABASE_URL": restored.database_url}
    _flask(["restore", str(file)], {**served.env, **env})
    with Served(data / "b", CXWEB_DATABASE_URL=restored.database_url) as again:
        token = next(token for token, (_, at) in clients.acknowledged.items() if at < instant)
        assert _status(again, "/readyz") == _status(again, f"/t/{token}") == 200
        found.answers_s = time.monotonic() - began
    compare(found, _stored(restored.data_dir, other_url), clients.acknowledged, instant)
    return found


def prepared(settings: Settings, people: int, orders: int) -> list[str]:
    """Tokens of orders to rate, in a database that holds so many people besides."""
    app, made = product(settings), [tokens.new_link() for _ in range(orders)]
    at = clock.now() - timedelta(hours=1)
    with app.app_context():
        fill(people)
        with transaction():
            columns = {"status": "completed", "created_at": at, "completed_at": at, "eligible": True}
            flags = {"channel": "delivery", "is_test": False, "is_demo": False}
            insert_many(Order, [{"ref": f"R-{n}", "token": token, **columns, **flags} for n, token in enumerate(made)])
        close_database()
    return made


class _Clients:
    """Submit ratings at a steady rate, each once."""

    def __init__(self, served: Served, rate: int) -> None:
        self.served = served
        self.pause_s = CLIENTS / rate
        self.acknowledged: dict[str, tuple[str, datetime]] = {}
        self.slowest_s = 0.0

    def submit(self, share: list[str]) -> None:
        connection = self.served.connection(timeout=30)
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        due = time.monotonic()
        for token in share:
            due += self.pause_s
            time.sleep(max(0.0, due - time.monotonic()))
            comment, began = f"said {token[:8]}", time.monotonic()
            connection.request("POST", f"/t/{token}/rating", urlencode({"stars": 4, "comment": comment}), headers)
            answer = connection.getresponse()
            answer.read()
            assert answer.status == 303, answer.status
            self.acknowledged[token] = (comment, datetime.now(UTC))
            self.slowest_s = max(self.slowest_s, time.monotonic() - began)
        connection.close()


def _back_up(file: Path, env: Mapping[str, str], found: Found) -> None:
    began = time.monotonic()
    _flask(["backup", str(file)], env)
    found.backup_s = time.monotonic() - began


def _flask(arguments: list[str], env: Mapping[str, str]) -> None:
    command = [str(COMMAND), *arguments]
    done = subprocess.run(
        command, env={**env, "FLASK_APP": "app"}, capture_output=True, text=True, check=False, timeout=600
    )
    assert done.returncode == 0, done.stdout + done.stderr


def _status(served: Served, path: str) -> int:
    connection = served.connection()
    connection.request("GET", path)
    answer = connection.getresponse()
    answer.read()
    connection.close()
    return answer.status


def _stored(data: Path, url: str) -> dict[str, str | None]:
    with create_app(settings_in(data, url)).app_context():
        statement = select(Order.token, Rating.comment).join(Rating, Rating.order_id == Order.id)
        found = dict(db.session.execute(statement).all())
        close_database()
    return found


def compare(
    found: Found,
    stored: Mapping[str, str | None],
    acknowledged: Mapping[str, tuple[str, datetime]],
    instant: datetime,
) -> None:
    early = {token for token, (_, at) in acknowledged.items() if at <= instant}
    found.before = len(early)
    found.lost = sorted(early - stored.keys())
    found.wrong = sorted(token for token, (said, _) in acknowledged.items() if stored.get(token, said) != said)


def second_database(url: str) -> str:
    """The address of another, empty database of the same server."""
    import psycopg  # noqa: PLC0415 - only PostgreSQL needs it

    with psycopg.connect(url.replace("+psycopg", ""), autocommit=True) as connection:
        connection.execute(text("CREATE DATABASE restored").text)
    return url.replace("/postgres?", "/restored?")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, default=10_000)
    parser.add_argument("--rate", type=int, default=200)
    parser.add_argument("--seconds", type=float, default=15)
    parser.add_argument("--database", choices=("sqlite", "postgresql"), action="append")
    asked = parser.parse_args()
    good = True
    for database in asked.database or ("sqlite", "postgresql"):
        with ExitStack() as stack:
            data = stack.enter_context(folder())
            url = stack.enter_context(postgresql()) if database == "postgresql" else ""
            other = second_database(url) if url else ""
            found = run(data, people=asked.people, rate=asked.rate, seconds=asked.seconds, url=url, other_url=other)
        print(
            f"P23 {database}: backup of {found.megabytes:.1f} MB made in {found.backup_s:.1f} s under "
            f"{found.rate:.0f} ratings a second (slowest answer {1e3 * found.slowest_s:.0f} ms); of {found.before} "
            f"acknowledged before its instant lost {len(found.lost)}, stored otherwise {len(found.wrong)}; "
            f"the restored site answers after {found.answers_s:.1f} s: {'holds' if found.good else 'BROKEN'}",
            flush=True,
        )
        good = good and found.good
    sys.exit(0 if good else 1)


if __name__ == "__main__":
    main()
