"""Many programs send the same orders at once, in bulk and singly, while both cores are taken: no answer may be a 5xx.

The whole product runs, as in production. Each client draws its orders from the same few hundred, with the same few
customers, drivers and depots, so that they meet in every row; some complete orders while others change them, and
`import-orders` brings in files of the same orders beside them. What broke is printed with what the server's log says.
"""

import argparse
import csv
import json
import multiprocessing
import random
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from contextlib import closing
from http.client import HTTPConnection
from pathlib import Path
from statistics import quantiles
from typing import Any

from bench.chaos.databases import DATABASES, flask
from bench.chaos.programs import end_cleanly
from bench.chaos.stage import Stage
from cxweb import ROOT

ORDERS, CUSTOMERS, DRIVERS, DEPOTS = 600, 150, 40, 6
MAPPING = """
kind = "orders"
encoding = "utf-8"
delimiter = ","
timezone = "Europe/Paris"
[columns]
ref = "ref"
customer_ref = "customer"
customer_email = "email"
depot = "depot"
driver_ref = "driver"
route = "route"
"""


class Storm:
    """What the clients were answered: statuses, times of bulk requests, and each 5xx in full."""

    def __init__(self, port: int, key: str, per_request: int) -> None:
        self.port, self.key, self.per_request = port, key, per_request
        self.over = threading.Event()
        self.statuses: Counter[str] = Counter()
        self.times: list[float] = []
        self.broken: list[str] = []
        self.lock = threading.Lock()

    def client(self, seed: int) -> None:
        """Ask until it is over: mostly bulk, sometimes one order or its completion."""
        chance = random.Random(seed)
        with closing(HTTPConnection("127.0.0.1", self.port, timeout=120)) as connection:
            while not self.over.is_set():
                luck, ref = chance.random(), f"S-{chance.randrange(ORDERS)}"
                if luck < 0.7:
                    refs = chance.sample(range(ORDERS), self.per_request)
                    orders = [{"ref": f"S-{number}", **order(chance)} for number in refs]
                    self.ask(connection, "POST", "/orders/bulk", {"orders": orders})
                elif luck < 0.9:
                    self.ask(connection, "PUT", f"/orders/{ref}", order(chance))
                else:
                    status = chance.choice(("arrived", "completed", "cancelled"))
                    self.ask(connection, "POST", f"/orders/{ref}/status", {"status": status})

    def ask(self, connection: HTTPConnection, method: str, path: str, body: Any) -> None:
        headers = {"Authorization": f"Bearer {self.key}", "Content-Type": "application/json"}
        began = time.perf_counter()
        connection.request(method, f"/api/v1{path}", json.dumps(body), headers)
        answer = connection.getresponse()
        content = answer.read()
        took = time.perf_counter() - began
        with self.lock:
            self.statuses[f"{method} {path.rpartition('/')[2] if method == 'POST' else 'order'} {answer.status}"] += 1
            if path.endswith("bulk"):
                self.times.append(took)
            if answer.status >= 500:
                number = answer.headers.get("X-Request-Id", "?")
                self.broken.append(f"{answer.status} after {took:.1f} s, request {number}: {content[:300]!r}")


def order(chance: random.Random) -> dict[str, Any]:
    """An order of a random customer with a random crew; now and then the customer's data come along."""
    customer: dict[str, Any] = {"ref": f"C-{chance.randrange(CUSTOMERS)}"}
    if chance.random() < 0.7:
        customer["email"] = f"c{chance.randrange(1000)}@example.com"
    crew = chance.sample(range(DRIVERS), chance.randrange(3))
    return {
        "customer": customer,
        "drivers": [{"ref": f"D-{one}", "name": f"Driver {chance.randrange(3)}"} for one in crew],
        "depot": f"P-{chance.randrange(DEPOTS)}",
        "route": f"R-{chance.randrange(100)}",
    }


def bring_in(storm: Storm, folder: Path, environment: dict[str, str], outcomes: list[str]) -> None:
    """Import files of the same orders, one after another, until it is over."""
    chance, file, mapping = random.Random(7), folder / "storm.csv", folder / "storm.toml"
    mapping.write_text(MAPPING, encoding="utf-8")
    while not storm.over.is_set():
        with file.open("w", encoding="utf-8", newline="") as stream:
            writer = csv.writer(stream)
            writer.writerow(("ref", "customer", "email", "depot", "driver", "route"))
            for number in chance.sample(range(ORDERS), 400):
                drawn = order(chance)
                driver = f"D-{chance.randrange(DRIVERS)}"
                email = f"c{chance.randrange(1000)}@example.com"
                writer.writerow((f"S-{number}", drawn["customer"]["ref"], email, drawn["depot"], driver, "import"))
        command = [sys.executable, "-m", "flask", "import-orders", str(file), "--mapping", str(mapping)]
        done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True)
        outcomes.append("done" if done.returncode == 0 else done.stderr.strip()[-1500:])


def burn() -> None:
    """Take a core."""
    while True:
        pass


def run(database: str, seconds: float, clients: int, per_request: int, hogs: int) -> bool:
    """Let it rage; print what came of it, and whether nothing broke."""
    with tempfile.TemporaryDirectory(prefix="cxs-") as name, DATABASES[database](Path(name)) as url:
        folder, outcomes = Path(name), list[str]()
        with Stage(folder, url, {"CXWEB_LOG": "text"}) as stage:
            stage.require_live()
            key = flask(stage.environment, "create-api-key", "storm", "--scope", "orders", "--scope", "read")
            flask(stage.environment, "configure", "api.per_minute", "1000000")
            storm = Storm(stage.port, key, per_request)
            burning = [multiprocessing.Process(target=burn, daemon=True) for _ in range(hogs)]
            threads = [threading.Thread(target=storm.client, args=(seed,)) for seed in range(clients)]
            threads.append(threading.Thread(target=bring_in, args=(storm, folder, stage.environment, outcomes)))
            for hog in burning:
                hog.start()
            for thread in threads:
                thread.start()
            time.sleep(seconds)
            storm.over.set()
            for thread in threads:
                thread.join()
            for hog in burning:
                hog.kill()
            said = stage.said.read_text(errors="replace")
    broken_imports = [outcome for outcome in outcomes if outcome != "done"]
    print(
        f"{database}, {clients} clients, {hogs} hogs, {seconds:.0f} s: "
        f"bulk p95 {quantiles(storm.times, n=20)[-1]:.2f} s, slowest {max(storm.times):.2f} s, "
        f"answers {dict(sorted(storm.statuses.items()))}, "
        f"imports {len(outcomes)}, of which broke {len(broken_imports)}"
    )
    for text in (*storm.broken[:10], *broken_imports[:3]):
        print("  broke:", text)
    if storm.broken:
        print(said[-6000:])
    return not storm.broken and not broken_imports


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--database", choices=tuple(DATABASES), default="sqlite")
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--clients", type=int, default=6)
    parser.add_argument("--per-request", type=int, default=200)
    parser.add_argument("--hogs", type=int, default=2)
    asked = parser.parse_args()
    end_cleanly()
    return 0 if run(asked.database, asked.seconds, asked.clients, asked.per_request, asked.hogs) else 1


if __name__ == "__main__":
    sys.exit(main())
