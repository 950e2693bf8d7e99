"""S15: `import-orders` of 100,000 orders against `csv` + `executemany` of the same rows, in the same run.

The baseline is the least a program can do to end with the same rows: Python's `csv` reads the file, and the standard
library's `sqlite3` writes order, customer, driver, depot, crew and history rows with `executemany`, a transaction for
every 1,000 orders, into the product's own migrated tables with all their indexes and constraints and
`synchronous=FULL`. It stores times as the file has them, makes ids by counting, and checks, converts and looks up
nothing. A second, easier opponent is shown for honesty: one flat table of texts without any index.

Each runs in a process of its own, in turn, as often as `--runs` says; the medians are compared.
"""

import argparse
import csv
import json
import os
import random
import resource
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path
from zoneinfo import ZoneInfo

ROOT = Path(__file__).parent.parent
OLIST = ROOT.parent / "shared" / "data" / "olist"
ZONE = ZoneInfo("America/Sao_Paulo")
GOAL, MEMORY_GOAL = 0.25, 150
BATCH = 1000
HEADER = (
    *("order_id", "customer_ref", "customer_email", "customer_phone", "city", "state", "depot", "driver_id"),
    *("driver_name", "driver_basis", "status", "ordered_at", "promised_date", "shipped_at", "delivered_at", "source"),
)
MAPPING = """
kind = "orders"
encoding = "utf-8"
delimiter = ","
timezone = "America/Sao_Paulo"
datetime_formats = ["%Y-%m-%d %H:%M:%S"]
date_formats = ["%Y-%m-%d"]
[columns]
ref = "order_id"
customer_ref = "customer_ref"
customer_email = "customer_email"
customer_phone = "customer_phone"
address_city = "city"
depot = "depot"
driver_ref = "driver_id"
driver_name = "driver_name"
status = "status"
promised_to = "promised_date"
created_at = "ordered_at"
completed_at = ["delivered_at", "promised_date"]
[status]
delivered = "completed"
shipped = "on_the_way"
canceled = "cancelled"
[defaults]
notify = "none"
channel = "delivery"
"""
TABLES = {
    "customer": "id, ref, email, phone, is_demo",
    "driver": "id, ref, name, is_demo",
    "depot": "id, ref, name, is_demo",
    '"order"': "id, ref, token, status, customer_id, depot_id, channel, promised_to, city, notify, created_at,"
    " completed_at, eligible, depot_name, is_test, is_demo",
    "crew_member": "order_id, driver_id, position, driver_name",
    "status_change": "order_id, status, at, recorded_at, actor",
}
STATUS = {"delivered": "completed", "shipped": "on_the_way", "canceled": "cancelled"}


def wall(instant: datetime) -> str:
    """The instant in the zone the mapping names; such a time always exists."""
    return f"{instant.astimezone(ZONE):%Y-%m-%d %H:%M:%S}"


def generate(file: Path, orders: int) -> None:
    """Orders in the shape of the Olist export: 1,400 drivers, 25 depots, one order in twenty of a returning one."""
    chance = random.Random(15)
    start = datetime(2016, 9, 5, tzinfo=UTC)
    # However many there are, none is delivered in the future, which would be refused.
    apart = min(600, int(timedelta(days=3_500).total_seconds()) // orders)
    with file.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(HEADER)
        for number in range(orders):
            ordered = start + timedelta(seconds=number * apart + chance.randrange(apart))
            delivered = ordered + timedelta(days=chance.randrange(3, 30), minutes=number % 60)
            status = chance.choices(("delivered", "shipped", "canceled"), (90, 6, 4))[0]
            customer = f"{number if number % 20 else chance.randrange(500):032x}"
            driver = chance.randrange(1400)
            record = {
                "order_id": f"{chance.getrandbits(128):032x}",
                "customer_ref": customer,
                "customer_email": f"c{customer[-12:]}@example.com" if chance.random() < 0.95 else "",
                "customer_phone": f"+336399{chance.randrange(100000):05d}" if chance.random() < 0.8 else "",
                "city": f"são paulo {chance.randrange(500)}" if chance.random() < 0.47 else "",
                "state": "SP",
                "depot": f"DEP-{chance.randrange(25)}",
                "driver_id": f"S-{driver:08x}",
                "driver_name": f"Éloïse {driver} D'Almeida",
                "driver_basis": "seller",
                "status": status,
                "ordered_at": wall(ordered),
                "promised_date": wall(ordered + timedelta(days=20))[:10],
                "shipped_at": wall(ordered + timedelta(days=2)),
                "delivered_at": wall(delivered) if status == "delivered" else "",
                "source": "made",
            }
            writer.writerow([record[name] for name in HEADER])


def by_hand(file: Path, database: Path) -> int:
    """The baseline; how many orders it wrote."""
    connection = sqlite3.connect(database, isolation_level=None)
    connection.executescript("PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON")
    insert = {
        table: f"INSERT INTO {table} ({columns}) VALUES ({', '.join('?' * len(columns.split(',')))})"
        for table, columns in TABLES.items()
    }
    ids: dict[str, dict[str, int]] = {"customer": {}, "driver": {}, "depot": {}}
    done = 0
    with file.open(encoding="utf-8", newline="") as stream:
        records = csv.DictReader(stream)
        while batch := list(islice(records, BATCH)):
            rows: dict[str, list[tuple[object, ...]]] = {table: [] for table in TABLES}
            for record in batch:
                done += 1
                _rows_of(record, done, rows, ids)
            connection.execute("BEGIN IMMEDIATE")
            for table, values in rows.items():
                connection.executemany(insert[table], values)
            connection.execute("COMMIT")
    connection.close()
    return done


def _rows_of(
    record: dict[str, str], number: int, rows: dict[str, list[tuple[object, ...]]], ids: dict[str, dict[str, int]]
) -> None:
    def known(table: str, ref: str, *columns: object) -> int:
        found = ids[table].get(ref)
        if found is None:
            found = ids[table][ref] = len(ids[table]) + 1
            rows[table].append((found, ref, *columns, 0))
        return found

    customer = known("customer", record["customer_ref"], record["customer_email"], record["customer_phone"])
    driver = known("driver", record["driver_id"], record["driver_name"])
    depot = known("depot", record["depot"], record["depot"])
    status, at = STATUS[record["status"]], record["delivered_at"] or None
    ref, created = record["order_id"], record["ordered_at"]
    where = (customer, depot, "delivery", record["promised_date"], record["city"], "none", created, at)
    rows['"order"'].append((number, ref, ref, status, *where, at is not None, record["depot"], 0, 0))
    rows["crew_member"].append((number, driver, 0, record["driver_name"]))
    rows["status_change"].append((number, "planned", created, created, "import"))
    rows["status_change"].append((number, status, at or created, created, "import"))


def flat(file: Path, database: Path) -> int:
    """The easier opponent: one table of texts, no index, one transaction."""
    connection = sqlite3.connect(database)
    connection.execute(f"CREATE TABLE flat ({', '.join(HEADER)})")
    with file.open(encoding="utf-8", newline="") as stream:
        records = csv.reader(stream)
        next(records)
        count = connection.executemany(f"INSERT INTO flat VALUES ({', '.join('?' * len(HEADER))})", records).rowcount
    connection.commit()
    connection.close()
    return count


def product(file: Path, mapping: Path) -> int:
    from cxweb import create_app  # noqa: PLC0415 - the baselines must not pay for it

    done = create_app().test_cli_runner().invoke(args=["import-orders", str(file), "--mapping", str(mapping)])
    assert done.exit_code == 0, done.output
    return int(done.output.split("imported ")[1].split(",")[0])


def upload(file: Path, mapping: Path) -> int:
    """The same file as an upload, its job run here; the pages' part is not measured but the reading to its end."""
    from bench._uploads import started  # noqa: PLC0415 - as above
    from cxweb import create_app  # noqa: PLC0415
    from cxweb.actions.run_upload import run_upload  # noqa: PLC0415
    from cxweb.core.db import session  # noqa: PLC0415
    from cxweb.uploads.queries import by_id  # noqa: PLC0415

    with create_app().app_context():
        upload_id = started(file, mapping.read_text(encoding="utf-8"))
        while by_id(upload_id).state != "done":
            run_upload(upload_id)
            session().expire_all()
        return int(by_id(upload_id).tally["counts"]["imported"])


def measure(way: str, file: Path, mapping: Path) -> dict[str, float]:
    """One run in a process of its own on a fresh database; seconds, rows and the process's peak memory in MiB."""
    with tempfile.TemporaryDirectory() as folder:
        environ = {**os.environ, "CXWEB_DATA_DIR": folder, "PYTHONPATH": str(ROOT)}
        if way != "flat":
            subprocess.run(
                [sys.executable, "-m", "flask", "migrate"], cwd=ROOT, env=environ, check=True, capture_output=True
            )
        call = [sys.executable, __file__, "--one", way, str(file), str(mapping)]
        done = subprocess.run(call, cwd=ROOT, env=environ, check=True, capture_output=True, text=True)
    result: dict[str, float] = json.loads(done.stdout)
    return result


def one(way: str, file: Path, mapping: Path) -> None:
    database = Path(os.environ["CXWEB_DATA_DIR"]) / "cxweb.sqlite3"
    start = time.perf_counter()
    ways = {
        "product": lambda: product(file, mapping),
        "upload": lambda: upload(file, mapping),
        "by_hand": lambda: by_hand(file, database),
        "flat": lambda: flat(file, database),
    }
    rows = ways[way]()
    seconds = time.perf_counter() - start
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({"seconds": seconds, "rows": rows, "peak": peak}))


def compare(title: str, file: Path, mapping: Path, runs: int, ways: tuple[str, ...]) -> None:
    found: dict[str, list[dict[str, float]]] = {way: [] for way in ways}
    for _ in range(runs):
        for way in ways:
            found[way].append(measure(way, file, mapping))
    rows = found[ways[0]][0]["rows"]
    speed = {way: rows / statistics.median(run["seconds"] for run in results) for way, results in found.items()}
    print(f"{title}: {rows:,.0f} orders, median of {runs}")
    for way in ways:
        peak = max(run["peak"] for run in found[way])
        print(f"  {way:8} {speed[way]:10,.0f} orders/s  peak memory {peak:.0f} MiB")
    for way, baseline, goal in (("product", "by_hand", GOAL), ("upload", "by_hand", GOAL), ("product", "flat", None)):
        if way in speed and baseline in speed:
            print(f"  ratio of {way} to {baseline} {speed[way] / speed[baseline]:.2f} (goal {goal or 'none'})")
    print(f"  goal for the memory of product and upload: {MEMORY_GOAL} MiB")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--orders", type=int, default=100_000)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--ways", nargs="+", default=["product", "upload", "by_hand", "flat"])
    parser.add_argument("--alone", action="store_true", help="without the tenth of it, and without the Olist export")
    parser.add_argument("--one", nargs=3)
    asked = parser.parse_args()
    if asked.one:
        return one(asked.one[0], Path(asked.one[1]), Path(asked.one[2]))
    with tempfile.TemporaryDirectory() as folder:
        file, mapping = Path(folder) / "orders.csv", Path(folder) / "orders.toml"
        mapping.write_text(MAPPING, encoding="utf-8")
        for orders in (asked.orders,) if asked.alone else (asked.orders // 10, asked.orders):
            generate(file, orders)
            compare("generated", file, mapping, asked.runs, tuple(asked.ways))
    if not asked.alone and OLIST.exists():
        compare("Olist", OLIST / "orders.csv.gz", OLIST / "orders.toml", asked.runs, ("product",))
    return None


if __name__ == "__main__":
    main()
