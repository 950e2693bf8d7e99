"""S4 and the flow, behind the real server as the product starts it, against the simplest Flask application on the same.

S4: how many requests a second 32 connections get answered. The flow: one client opens the page and posts its rating, in
the time that takes, against one GET of the simplest application by the same client; each pair is a new order, so the
page is made anew, and the post is durable when it is answered. The clients are this process and a copy of it.
"""

import argparse
import http.client
import os
import socket
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from statistics import median

from bench._product import folder, hello
from bench.kills import orders
from cxweb.launch import web
from tests.faults.running import free_port
from tests.faults.serving import ROOT, Served

CONNECTIONS, SECONDS, FLOWS = 32, 4.0, 150
GOAL_S4, GOAL_FLOW = 0.14, 5.0
app = hello()


class Hello:
    """The simplest application behind the same server with the same command."""

    def __enter__(self) -> int:
        port = free_port()
        command = [*web.command(ROOT, port)[:-1], "bench.server:app"]
        self.process = subprocess.Popen(command, cwd=ROOT, env=dict(os.environ), stderr=subprocess.DEVNULL)
        for _ in range(300):
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    return port
            time.sleep(0.1)
        raise AssertionError("the simplest application does not answer")

    def __exit__(self, *_error: object) -> None:
        self.process.terminate()
        self.process.wait(timeout=20)


def ask_all(port: int, path: str, connections: int, seconds: float) -> int:
    """How many answers so many connections of this process get in the time; each asks again at once."""
    request = f"GET {path} HTTP/1.1\r\nHost: x\r\nAccept-Language: fr\r\n\r\n".encode()
    until = time.perf_counter() + seconds

    def connection(_number: int) -> int:
        count = 0
        with socket.create_connection(("127.0.0.1", port), timeout=10) as client:
            while time.perf_counter() < until:
                client.sendall(request)
                answer = client.recv(65_536)
                head, _, body = answer.partition(b"\r\n\r\n")
                length = int(head.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0])
                while len(body) < length:
                    body += client.recv(65_536)
                assert answer[9:12] == b"200", answer[:80]
                count += 1
        return count

    with ThreadPoolExecutor(connections) as pool:
        return sum(pool.map(connection, range(connections)))


def rate(port: int, path: str) -> float:
    """Answers a second to CONNECTIONS connections, half of them of another process."""
    call = [sys.executable, "-m", "bench.server", "--ask", str(port), path]
    other = subprocess.Popen(call, stdout=subprocess.PIPE, text=True)
    mine = ask_all(port, path, CONNECTIONS // 2, SECONDS)
    return (mine + int(other.communicate()[0])) / SECONDS


def flow(port: int, hello_port: int, tokens: list[str]) -> tuple[float, float]:
    """The median seconds of opening and rating, and of one GET of the simplest application, taken in turns."""
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    ours = http.client.HTTPConnection("127.0.0.1", port)
    plain = http.client.HTTPConnection("127.0.0.1", hello_port)

    def ask(connection: http.client.HTTPConnection, method: str, path: str, body: str | None, expected: int) -> None:
        connection.request(method, path, body, form if body else {})
        answer = connection.getresponse()
        answer.read()
        assert answer.status == expected, answer.status

    took: list[tuple[float, float]] = []
    for token in tokens:
        began = time.perf_counter()
        ask(ours, "GET", f"/t/{token}", None, 200)
        ask(ours, "POST", f"/t/{token}/rating", "stars=4&comment=Merci&survey=0", 303)
        between = time.perf_counter()
        ask(plain, "GET", "/", None, 200)
        took.append((between - began, time.perf_counter() - between))
    ours.close()
    plain.close()
    return median(ours for ours, _ in took[20:]), median(plain for _, plain in took[20:])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--ask", nargs=2)
    asked = parser.parse_args()
    if asked.ask:
        print(ask_all(int(asked.ask[0]), asked.ask[1], CONNECTIONS // 2, SECONDS))
        return
    with folder() as data, Hello() as plain:
        measure(data, plain)


def measure(data: Path, plain: int) -> None:
    made = orders(data, FLOWS + 1)
    with Served(data) as served:
        ours, theirs = flow(served.port, plain, made[1:])
        verdict = "met" if ours / theirs <= GOAL_FLOW else "MISSED"
        print(
            f"Flow GET + POST, one client: {1e3 * ours:.2f} ms, {ours / theirs:.1f} × a GET of hello "
            f"({1e3 * theirs:.2f} ms), goal ≤ {GOAL_FLOW} ×: {verdict}",
            flush=True,
        )
        pairs = [(rate(plain, "/"), rate(served.port, f"/t/{made[0]}")) for _ in range(3)]
    ratio = median(page / simple for simple, page in pairs)
    print(
        f"S4 page again, 32 connections: {median(page for _, page in pairs):.0f} requests/s, {ratio:.2f} × hello "
        f"({median(simple for simple, _ in pairs):.0f}), goal ≥ {GOAL_S4}: {'met' if ratio >= GOAL_S4 else 'MISSED'}"
    )


if __name__ == "__main__":
    main()
