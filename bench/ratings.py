"""Durable ratings a second, as a ratio to the disk's own: how often it makes 4 kB durable in the same folder.

Each client is a thread that gives its ratings one after the other through the product's own action, which acknowledges
one only once its commit is durable. S6: SQLite with `synchronous=FULL`, 32 clients in two processes, as the web server
has them. S7: PostgreSQL that waits for the disk, 8 clients in two processes. The CPU of a rating is shown too: it is
what limits a machine whose disk hardly waits.
"""

import argparse
import json
import os
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from statistics import median

from bench._product import completed, folder, postgresql, product, settings_in
from cxweb import create_app
from cxweb.actions.rate_order import rate_order
from cxweb.core.db import close_own_connection, db
from cxweb.ratings.rules import Answer

PROCESSES = 2
GOALS = {"S6": 0.9, "S7": 1.3}
SLOWEST_GOAL_S = 0.5


def syncs_a_second(data: Path, seconds: float = 1.0) -> float:
    """How often 4 kB at the end of a file of this folder can be made durable in a second."""
    file = data / "sync"
    with closing(os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT, 0o600), "wb", buffering=0)) as stream:
        began, count = time.perf_counter(), 0
        while time.perf_counter() - began < seconds:
            stream.write(b"x" * 4096)
            os.fdatasync(stream.fileno())
            count += 1
        rate = count / (time.perf_counter() - began)
    file.unlink()
    return rate


def give(data: Path, url: str, clients: int, tokens: list[str]) -> dict[str, object]:
    """Rate all of the orders by so many clients of this process; when each began and ended, and the CPU."""
    app = create_app(settings_in(data, url))

    def client(share: list[str]) -> list[tuple[float, float]]:
        times = []
        with app.app_context():
            for token in share:
                began = time.time()
                rate_order(token, Answer(stars=4, comment="À l'heure, merci"), "fr", 0)
                times.append((began, time.time()))
            close_own_connection()
        return times

    shares = [tokens[number::clients] for number in range(clients)]
    with ThreadPoolExecutor(clients) as pool:
        # What is loaded, compiled and connected once is not what is measured.
        list(pool.map(client, [share[:1] for share in shares]))
        print("ready", flush=True)
        sys.stdin.readline()
        cpu = time.process_time()
        times = [pair for found in pool.map(client, [share[1:] for share in shares]) for pair in found]
        cpu = time.process_time() - cpu
    with app.app_context():
        for engine in db.engines.values():
            engine.dispose()
    return {"times": times, "cpu": cpu}


def measure(goal: str, name: str, data: Path, url: str, clients: int, ratings: int) -> None:
    app = product(settings_in(data, url))
    tokens = completed(app, ratings)
    before = syncs_a_second(data)
    shares = [tokens[number::PROCESSES] for number in range(PROCESSES)]
    call = [sys.executable, "-m", "bench.ratings", "--give", str(data), url, str(clients // PROCESSES)]
    processes = [
        subprocess.Popen([*call, json.dumps(share)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        for share in shares
    ]
    for process in processes:
        process.stdout.readline()  # type: ignore[union-attr]
    for process in processes:
        process.stdin.write("go\n")  # type: ignore[union-attr]
        process.stdin.flush()  # type: ignore[union-attr]
    said = [json.loads(process.communicate()[0]) for process in processes]
    times = [pair for found in said for pair in found["times"]]
    seconds = max(end for _, end in times) - min(begin for begin, _ in times)
    took = sorted(end - begin for begin, end in times)
    report(goal, name, len(times) / seconds, median((before, syncs_a_second(data))), took)
    print(f"   CPU a rating {1e6 * sum(found['cpu'] for found in said) / len(times):.0f} µs", flush=True)
    with app.app_context():
        stored = db.session.execute(db.text("SELECT count(*) FROM rating")).scalar_one()
        assert stored == len(tokens), f"{stored} stored of {len(tokens)} acknowledged"
        db.session.remove()
        close_own_connection()
        for engine in db.engines.values():
            engine.dispose()


def report(goal: str, name: str, rate: float, syncs: float, took: list[float]) -> None:
    ratio = rate / syncs
    verdict = "met" if ratio >= GOALS[goal] and took[-1] < SLOWEST_GOAL_S else "MISSED"
    print(
        f"{goal} {name}: {rate:.0f} ratings/s, {ratio:.2f} × {syncs:.0f} fdatasync/s, "
        f"median {1e3 * median(took):.1f} ms, slowest {1e3 * took[-1]:.0f} ms; "
        f"goal ≥ {GOALS[goal]} × and < 500 ms: {verdict}",
        flush=True,
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--ratings", type=int, default=2000)
    parser.add_argument("--give", nargs=4)
    asked = parser.parse_args()
    if asked.give:
        print(json.dumps(give(Path(asked.give[0]), asked.give[1], int(asked.give[2]), json.loads(asked.give[3]))))
        return
    with folder() as data:
        measure("S6", "SQLite, 32 clients", data, f"sqlite:///{data}/cxweb.sqlite3", 32, asked.ratings)
        with postgresql() as url:
            measure("S7", "PostgreSQL, 8 clients", data, url, 8, asked.ratings)


if __name__ == "__main__":
    main()
