"""P11: hundreds of clients that post byte by byte, while others open and rate: how many are answered, how fast."""

import argparse
import socket
import threading
import time
from contextlib import closing
from http.client import HTTPException
from pathlib import Path
from typing import NamedTuple

from bench._product import folder
from bench.kills import orders
from tests.faults.serving import Served

EVERY_S = 0.2


class Outcome(NamedTuple):
    """How many slow clients were still sending at the end, and how each healthy request fared (seconds; None: not)."""

    slow: int
    took: list[float | None]

    @property
    def answered_percent(self) -> float:
        return 100 * sum(seconds is not None for seconds in self.took) / len(self.took)

    @property
    def p95_ms(self) -> float:
        return 1e3 * sorted(seconds or 99 for seconds in self.took)[int(0.95 * len(self.took))]


class _Slow:
    """Clients that each send a byte of a rating every EVERY_S and never end."""

    def __init__(self, port: int, token: str, clients: int) -> None:
        head = f"POST /t/{token}/rating HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-www-form-urlencoded\r\n"
        self.sent = f"{head}Content-Length: 60000\r\n\r\nstars=5&comment={'a' * 60_000}".encode()
        self.port = port
        self.sockets = [socket.create_connection(("127.0.0.1", port), timeout=5) for _ in range(clients)]
        self.ended = threading.Event()
        self.alive = clients
        for number, client in enumerate(self.sockets):
            # Every other one is slow from its first byte on, the others once the headers are there.
            client.sendall(self.sent[: 1 if number % 2 else self.sent.index(b"\r\n\r\n") + 8])
            client.setblocking(False)

    def run(self) -> None:
        at = 1
        while not self.ended.wait(EVERY_S):
            at += 1
            self.alive = sum(self._send(number, client, at) for number, client in enumerate(self.sockets))
        for client in self.sockets:
            client.close()

    def _send(self, number: int, client: socket.socket, at: int) -> bool:
        start = at if number % 2 else self.sent.index(b"\r\n\r\n") + 8 + at
        try:
            return client.send(self.sent[start : start + 1]) == 1
        except OSError:
            return False


def run(data: Path, clients: int, seconds: float) -> Outcome:
    """Open and rate for so many seconds beside the slow clients."""
    made = orders(data, 400)
    with Served(data) as served:
        slow = _Slow(served.port, made[0], clients)
        sender = threading.Thread(target=slow.run)
        sender.start()
        time.sleep(1)
        until, took = time.monotonic() + seconds, []
        for token in made[1:]:
            if time.monotonic() > until:
                break
            took += [_ask(served, "GET", f"/t/{token}", 200), _ask(served, "POST", f"/t/{token}/rating", 303)]
        slow.ended.set()
        sender.join()
    return Outcome(slow.alive, took)


def _ask(served: Served, method: str, path: str, expected: int) -> float | None:
    """How long the answer took, on a connection of its own; None without the expected one within 5 s."""
    began = time.perf_counter()
    headers = {"Content-Type": "application/x-www-form-urlencoded"} if method == "POST" else {}
    with closing(served.connection(timeout=5)) as connection:
        try:
            connection.request(method, path, "stars=4" if method == "POST" else None, headers)
            status = connection.getresponse().status
        except (OSError, HTTPException):
            return None
    return time.perf_counter() - began if status == expected else None


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--clients", type=int, default=400)
    parser.add_argument("--seconds", type=float, default=15)
    asked = parser.parse_args()
    with folder() as data:
        found = run(data, asked.clients, asked.seconds)
    print(
        f"P11 {found.slow} of {asked.clients} slow clients still sending, {len(found.took)} healthy requests: "
        f"{found.answered_percent:.1f} % answered, p95 {found.p95_ms:.0f} ms"
    )


if __name__ == "__main__":
    main()
