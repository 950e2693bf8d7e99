"""The live board: what one costs, and a thousand under load.

`.venv/bin/python -m bench.boards` measures in this process an idle poll against a Flask hello world (S12), and of a day
of 5,000 orders the first paint and a refresh with one change. Then it starts the real server with its two processes
and lets 1,000 boards over 50 perimeters poll every second while 5 ratings a second come in (S13), for `--seconds`
(20 by default, 120 for the record).
"""

import argparse
import asyncio
import os
import resource
import subprocess
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median
from typing import Any

from flask import Flask
from werkzeug.test import EnvironBuilder

from bench._product import hello
from bench.board.crowd import VERSION, Crowd
from bench.board.day import SECRET, Day, busy_day
from bench.page import REQUESTS
from cxweb import ROOT
from cxweb.actions.rate_order import rate_order
from cxweb.boards.queries import log
from cxweb.launch.web import answers, command
from cxweb.ratings.rules import Answer

ROUNDS, REFRESHES = 9, 20
ORDERS, DRIVERS = 5_000, 200
PERIMETERS, BOARDS, RATINGS_A_SECOND = 50, 1_000, 5


def asker(app: Flask, path: str, cookie: str = "") -> Callable[[], bytes]:
    """Calls the application as a server does, without one, and gives the body."""
    environ = EnvironBuilder(path, headers=[("Cookie", cookie)] if cookie else []).get_environ()

    def ask() -> bytes:
        answer: Any = app.wsgi_app(environ.copy(), lambda *_: lambda _data: None)
        body = b"".join(answer)
        if hasattr(answer, "close"):
            answer.close()
        return body

    return ask


def cpu(call: Callable[[], bytes]) -> float:
    """CPU seconds a call, over REQUESTS of them."""
    before = time.process_time()
    for _ in range(REQUESTS):
        call()
    return (time.process_time() - before) / REQUESTS


def idle(day: Day) -> None:
    """What a poll without news costs, before Flask and through it; each board's passes through it once in ten."""
    cookie = day.cookies[0][0]
    version = VERSION.findall(asker(day.app, "/admin/live", cookie)())[0].decode()
    poll, plain = asker(day.app, f"/admin/live/changes?v={version}", cookie), asker(hello(), "/")
    quiet = day.app.extensions["cxweb.idle_polls"].quiet

    def through_flask() -> bytes:
        quiet.clear()
        return poll()

    assert through_flask() == poll() == b""
    rounds = [(cpu(plain), cpu(poll), cpu(through_flask)) for _ in range(ROUNDS)]
    hello_s, quick_s, full_s = (median(one[place] for one in rounds) for place in range(3))
    ratio = (9 * quick_s + full_s) / 10 / hello_s
    before = f"{1e6 * quick_s:.0f} µs before Flask, {1e6 * full_s:.0f} µs through it"
    print(f"idle poll: {before}; hello {1e6 * hello_s:.0f} µs")
    print(f"S12 one of ten through Flask: {ratio:.2f} × hello, goal ≤ 2 ×: {'met' if ratio <= 2 else 'MISSED'}")


def long_day(folder: Path) -> None:
    """One board that shows a day of 5,000 orders."""
    day = busy_day(folder, ORDERS, DRIVERS, 1, 1)
    cookie = day.cookies[0][0]
    page = asker(day.app, "/admin/live", cookie)
    page()
    paints, refreshes, sizes = [], [], []
    with day.app.app_context():
        for _depot, _order, token in day.links[:REFRESHES]:
            # As the first to open it finds it: nothing is kept yet.
            day.app.extensions["cxweb.fragments"].kept.clear()
            day.app.extensions["cxweb.days"].kept.clear()
            start = time.perf_counter()
            body = page()
            paints.append(time.perf_counter() - start)
            version = VERSION.findall(body)[0].decode()
            rate_order(token, Answer(stars=2, comment="Too late and the parcel is dented"), "en")
            log().refresh(at_once=True)
            start = time.perf_counter()
            news = asker(day.app, f"/admin/live/changes?v={version}", cookie)()
            refreshes.append(time.perf_counter() - start)
            sizes.append(len(news))
    idle(day)
    for name, seconds, goal in (("first paint", paints, 300), ("refresh with one change", refreshes, 20)):
        found = f"median {1e3 * median(seconds):.1f} ms, slowest {1e3 * max(seconds):.1f} ms"
        print(f"{ORDERS} orders, {name}: {found}, goal ≤ {goal} ms")
    print(f"{ORDERS} orders, size of that refresh: {max(sizes)} bytes, goal ≤ 5,000")


def crowd(folder: Path, seconds: int) -> None:
    """Many boards at the real server."""
    day = busy_day(folder, 200 * PERIMETERS, DRIVERS, PERIMETERS, BOARDS)
    port = int(os.environ.get("PORT") or 8911)
    own = {"CXWEB_DATA_DIR": str(folder), "CXWEB_SECRET_KEY": SECRET, "CXWEB_DEMO": "0", "PORT": str(port)}
    env = {name: value for name, value in os.environ.items() if not name.startswith("CXWEB_")} | own
    with (folder / "server.log").open("wb") as said:
        server = subprocess.Popen(command(ROOT, port), env=env, cwd=ROOT, stdout=said, stderr=said)
        try:
            while not answers(port):
                time.sleep(0.1)
            start = time.monotonic()
            report = asyncio.run(Crowd(day, port).run(seconds, RATINGS_A_SECOND))
            passed = time.monotonic() - start
        finally:
            server.terminate()
            server.wait()
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    busy = (used.ru_utime + used.ru_stime) / passed
    broken = sum(count for code, count in report.codes.items() if code >= 500)
    shares = ", ".join(f"p{share} {report.percentile(share / 100):.2f} s" for share in (50, 95))
    print(f"S13 {BOARDS} boards, {PERIMETERS} perimeters, {seconds} s, {report.ratings} ratings")
    print(f"  seen after {shares}, max {max(report.delays):.2f} s; goal p95 ≤ 2 s, max ≤ 4 s")
    print(f"  answers {dict(report.codes)}, 5xx {broken}, missed {report.missed}")
    print(f"  slowest poll {report.slowest_poll:.2f} s, slowest connection {report.slowest_connection:.2f} s")
    print(f"  polls above 4 s, when and how long: {report.late or 'none'}")
    print(f"  CPU of the server {busy:.2f} cores, its start included")


def main() -> None:
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--seconds", type=int, default=20)
    seconds = arguments.parse_args().seconds
    with tempfile.TemporaryDirectory() as folder:
        long_day(Path(folder) / "one")
        crowd(Path(folder) / "many", seconds)


if __name__ == "__main__":
    main()
