"""Events for other systems while their senders are killed: each must arrive, and a repeat must have the id it had.

The sender is the sweeper's own job, as without Redis. Its lease and waits are shortened in its own process; nothing
else of the product is changed. The receiver takes 5 to 40 ms, refuses a tenth, and drops the answer to a twentieth.
"""

import argparse
import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from contextlib import nullcontext
from dataclasses import replace
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib import import_module
from pathlib import Path

from flask import Flask
from sqlalchemy import func, select

from bench._product import close_database, completed, folder, postgresql, product, settings_in
from cxweb import create_app
from cxweb.accounts.rules import Operator
from cxweb.actions.create_webhook import EndpointFields, create_webhook
from cxweb.core.db import session
from cxweb.webhooks.models import WebhookDelivery

SHORT = timedelta(seconds=1)


class Receiver:
    """Counts how often it took each id, and what is open at the moment."""

    def __init__(self) -> None:
        self.taken: Counter[str] = Counter()
        self.open = 0
        self.lock = threading.Lock()
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}/"

    def _handler(receiver) -> type[BaseHTTPRequestHandler]:
        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                with receiver.lock:
                    receiver.open += 1
                self.rfile.read(int(self.headers["Content-Length"]))
                time.sleep(random.uniform(0.005, 0.04))
                luck = random.random()
                with receiver.lock:
                    receiver.open -= 1
                    receiver.taken[self.headers["webhook-id"]] += luck > 0.1
                if luck < 0.95:
                    self.send_response(503 if luck <= 0.1 else 200)
                    self.send_header("Content-Length", "0")
                    self.end_headers()

            def log_message(self, *args: object) -> None:
                """A run stays quiet."""

        return Handler


class Senders:
    """Senders that post at once: each is forked from a process that has everything ready and nothing open."""

    def __init__(self, data: Path, url: str) -> None:
        command = [sys.executable, "-m", "bench.webhook_kills", "--send", str(data), "--url", url]
        self.nursery = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def start(self) -> int:
        """The number of a new sender's process."""
        assert self.nursery.stdin is not None
        assert self.nursery.stdout is not None
        self.nursery.stdin.write("\n")
        self.nursery.stdin.flush()
        return int(self.nursery.stdout.readline())

    def kill(self, pid: int) -> None:
        os.kill(pid, signal.SIGKILL)
        while Path(f"/proc/{pid}").exists():
            time.sleep(0.002)

    def end(self) -> None:
        assert self.nursery.stdin is not None
        self.nursery.stdin.close()
        self.nursery.wait()


def send(data: Path, url: str) -> None:
    """Fork a sender, which posts what is due for ever, at each line that comes in."""
    import_module("cxweb.webhooks.rules").__dict__.update(LEASE=SHORT)
    import_module("cxweb.notifications.rules").__dict__.update(RETRIES=(timedelta(0), *[SHORT / 2] * 6))
    import_module("cxweb.core.senders.gate").__dict__.update(SHORTEST_REST=SHORT / 4, LONGEST_REST=SHORT / 2)
    import_module("cxweb.actions.sweep_webhooks").__dict__.update(PATIENCE=SHORT)
    app = create_app(replace(settings_in(data, url), loopback_webhooks=True))
    job = import_module("cxweb.jobs.webhooks")
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    for _ in sys.stdin:
        pid = os.fork()
        if pid:
            print(pid, flush=True)
            continue
        with app.app_context():
            while True:
                job.sweep()
                time.sleep(0.05)


def run(data: Path, url: str, orders: int, kills: int) -> tuple[Receiver, int, int, list[tuple[str, str]]]:
    """Kill the sender so often; then the receiver, how many kills fell while something was open, how many repeats there
    were, and what the log says of each id."""
    app = product(replace(settings_in(data, url), loopback_webhooks=True))
    receiver = Receiver()
    with app.app_context():
        create_webhook(EndpointFields("bench", receiver.url, ("order.completed",)), Operator())
    completed(app, orders)
    senders, under = Senders(data, url), 0
    for left in reversed(range(kills + 1)):
        sender = senders.start()
        begun, before = time.monotonic(), sum(receiver.taken.values())
        # It posts for a moment; the last one goes on to the end.
        while sum(receiver.taken.values()) == before and time.monotonic() < begun + 10:
            time.sleep(0.002)
        if left:
            time.sleep(random.uniform(0, 0.15))
        else:
            _drain(app)
        under += bool(left and receiver.open)
        senders.kill(sender)
    senders.end()
    with app.app_context():
        log = [(row.message_id, row.state) for row in session().scalars(select(WebhookDelivery))]
        close_database()
    return receiver, under, sum(count - 1 for count in receiver.taken.values() if count), log


def _drain(app: Flask) -> None:
    """Wait until nothing is due any more, at most two minutes; how much was due and how long it took is printed."""
    still = select(func.count()).where(WebhookDelivery.state.in_(("pending", "sending")))
    began = time.monotonic()
    with app.app_context():
        due = session().scalar(still)
        while (left := session().scalar(still)) and time.monotonic() < began + 120:
            time.sleep(0.2)
    print(f"{due} were due when the killing ended, {left} after {time.monotonic() - began:.0f} s more", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--send", type=Path, help="be the sender of this folder's events")
    parser.add_argument("--url", default="", help="where that folder's database is")
    parser.add_argument("--database", choices=("sqlite", "postgresql"), default="sqlite")
    parser.add_argument("--orders", type=int, default=2_000)
    parser.add_argument("--kills", type=int, default=40)
    asked = parser.parse_args()
    if asked.send:
        send(asked.send, asked.url)
        return
    database = postgresql() if asked.database == "postgresql" else nullcontext("")
    with folder() as data, database as url:
        receiver, under, repeats, log = run(data, url, asked.orders, asked.kills)
    lost = [message_id for message_id, _ in log if not receiver.taken[message_id]]
    states = Counter(state for _, state in log)
    strangers = set(receiver.taken) - {message_id for message_id, _ in log}
    print(
        f"{asked.database}: {len(log)} of {asked.orders} completions written, {asked.kills} kills, "
        f"{under} with a post open; lost {len(lost)}, "
        f"ids of nobody {len(strangers)}, repeats under the same id {repeats}, in the log {dict(states)}"
    )
    sys.exit(0 if len(log) == asked.orders and not lost and not strangers else 1)


if __name__ == "__main__":
    main()
