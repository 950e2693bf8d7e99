"""50,000 orders by `POST /orders/bulk` over HTTP against the real server, beside `import-orders` of the same rows.

Both end with the same order, customer, driver, depot, crew and history rows on a fresh SQLite database. The importer is
the whole command with its start; bulk is the time from the first request to the last answer, which shows every order
in full. `--clients` programs send a thousand orders at a time, each its next request as soon as it has the answer.
"""

import argparse
import csv
import json
import tempfile
import time
from collections import Counter
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPConnection
from itertools import islice
from pathlib import Path
from statistics import median, quantiles
from typing import Any

from bench import imports
from bench._product import folder, product, settings_in
from cxweb.accounts.rules import Operator
from cxweb.actions.create_api_key import create_api_key
from tests.faults.serving import Served

MOST = 1_000
STATUS = ("[status]", "status = ", "completed_at = ", "delivered = ", "shipped = ", "canceled = ", "promised_to = ")
MAPPING = "\n".join(line for line in imports.MAPPING.splitlines() if not line.startswith(STATUS))


def order(row: dict[str, str]) -> dict[str, Any]:
    """A row of the file as the API takes it."""
    contact = {
        "ref": row["customer_ref"],
        "email": row["customer_email"] or None,
        "phone": row["customer_phone"] or None,
    }
    return {
        "ref": row["order_id"],
        "customer": contact,
        "depot": row["depot"],
        "drivers": [{"ref": row["driver_id"], "name": row["driver_name"]}],
        "address": {"line": None, "postcode": None, "city": row["city"] or None},
        "created_at": row["ordered_at"].replace(" ", "T") + "-03:00",
        "channel": "delivery",
        "notify": "none",
    }


def bulk(file: Path, clients: int) -> tuple[float, list[float], Counter[int]]:
    """Seconds in all, seconds of each request, and how often each order's status was answered."""
    with file.open(encoding="utf-8", newline="") as stream:
        orders = map(order, csv.DictReader(stream))
        bodies = [json.dumps({"orders": part}) for part in iter(lambda: list(islice(orders, MOST)), [])]
    with folder() as data:
        with product(settings_in(data)).app_context():
            key = create_api_key("bench", Operator())
        with Served(data) as served:
            began = time.perf_counter()
            with ThreadPoolExecutor(clients) as pool:
                parts = list(
                    pool.map(lambda mine: send(served, key, mine), (bodies[at::clients] for at in range(clients)))
                )
            took = time.perf_counter() - began
    statuses: Counter[int] = Counter()
    for _, found in parts:
        statuses += found
    return took, [seconds for each, _ in parts for seconds in each], statuses


def send(served: Served, key: str, bodies: Iterable[str]) -> tuple[list[float], Counter[int]]:
    """Send the bodies one after another."""
    connection = served.connection(timeout=60)
    headers = {"Authorization": f"Bearer {key}", "Content-Type": "application/json"}
    times, statuses = [], Counter[int]()
    for body in bodies:
        began = time.perf_counter()
        statuses += answered(connection, body, headers)
        times.append(time.perf_counter() - began)
    connection.close()
    return times, statuses


def answered(connection: HTTPConnection, body: str, headers: dict[str, str]) -> Counter[int]:
    connection.request("POST", "/api/v1/orders/bulk", body, headers)
    answer = connection.getresponse()
    content = answer.read()
    if answer.status != 200:
        return Counter([answer.status])
    return Counter(item["status"] for item in json.loads(content)["items"])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--orders", type=int, default=50_000)
    parser.add_argument("--clients", type=int, nargs="*", default=[1, 2])
    parser.add_argument("--runs", type=int, default=3)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        file, mapping = Path(name) / "orders.csv", Path(name) / "orders.toml"
        mapping.write_text(MAPPING, encoding="utf-8")
        imports.generate(file, asked.orders)
        imported: list[float] = []
        runs: dict[int, list[tuple[float, list[float], Counter[int]]]] = {clients: [] for clients in asked.clients}
        for _ in range(asked.runs):
            result = imports.measure("product", file, mapping)
            assert result["rows"] == asked.orders
            imported.append(asked.orders / result["seconds"])
            for clients in asked.clients:
                runs[clients].append(bulk(file, clients))
    print(f"import-orders: {median(imported):,.0f} orders/s, median of {asked.runs}")
    for clients, found in runs.items():
        speed = median(asked.orders / took for took, _, _ in found)
        times = [seconds for _, each, _ in found for seconds in each]
        statuses = dict(sum((each for *_, each in found), Counter[int]()))
        print(
            f"bulk, {clients} client(s): {speed:,.0f} orders/s, {speed / median(imported):.2f} × the importer, "
            f"request p95 {quantiles(times, n=20)[-1]:.2f} s, statuses {statuses}"
        )


if __name__ == "__main__":
    main()
