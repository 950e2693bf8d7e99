"""A crowd of boards that poll a server every second, while customers rate; who sees a rating, and how long after."""

import asyncio
import random
import re
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from bench.board.day import Day

VERSION = re.compile(rb'data-version="([\d.]+)"')
RATED = re.compile(rb'<tr id="order-(\d+)"')


@dataclass
class Report:
    """What the crowd saw: seconds from a rating's post to each board of its perimeter, and every answer's code."""

    delays: list[float] = field(default_factory=list)
    codes: Counter[int] = field(default_factory=Counter)
    slowest_poll: float = 0.0
    # How much of a poll may have been the opening of its connection.
    slowest_connection: float = 0.0
    # The polls of more than four seconds: when they began, counted from the first, and how long each took.
    late: list[tuple[float, float]] = field(default_factory=list)
    ratings: int = 0
    missed: int = 0

    def percentile(self, share: float) -> float:
        found = sorted(self.delays)
        return found[min(len(found) - 1, int(share * len(found)))] if found else float("nan")


class Browser:
    """One connection that is kept open."""

    def __init__(self, port: int, report: Report) -> None:
        self.port, self.report = port, report
        self.streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def ask(self, method: str, path: str, headers: str = "", body: str = "") -> tuple[int, bytes]:
        if self.streams is None:
            began = time.monotonic()
            self.streams = await asyncio.open_connection("127.0.0.1", self.port)
            self.report.slowest_connection = max(self.report.slowest_connection, time.monotonic() - began)
        reader, writer = self.streams
        length = f"Content-Length: {len(body)}\r\n" if body else ""
        writer.write(f"{method} {path} HTTP/1.1\r\nHost: localhost\r\n{headers}{length}\r\n{body}".encode())
        head = await reader.readuntil(b"\r\n\r\n")
        code = int(head.split(b" ", 2)[1])
        size = re.search(rb"content-length: (\d+)", head, re.IGNORECASE)
        text = await reader.readexactly(int(size.group(1))) if size else b""
        self.report.codes[code] += 1
        return code, text


class Crowd:
    """The boards of a day at a port; run() lets them watch for so many seconds."""

    def __init__(self, day: Day, port: int) -> None:
        self.day, self.port, self.report = day, port, Report()
        # When each rated order's post had been answered.
        self.posted: dict[int, float] = {}
        self.seen: Counter[int] = Counter()
        self.began = self.until = 0.0

    async def run(self, seconds: int, ratings_a_second: int) -> Report:
        boards = [(depot, cookie) for depot, cookies in enumerate(self.day.cookies) for cookie in cookies]
        pages: dict[int, bytes] = {}
        for depot, cookies in enumerate(self.day.cookies):
            _code, pages[depot] = await Browser(self.port, self.report).ask("GET", "/admin/live", _cookie(cookies[0]))
        self.began = time.monotonic()
        self.until = self.began + seconds + 5
        watching = [asyncio.create_task(self._watch(cookie, pages[depot])) for depot, cookie in boards]
        await self._rate(seconds, ratings_a_second)
        await asyncio.gather(*watching)
        expected = {order: len(self.day.cookies[depot]) for depot, order, _ in self.day.links if order in self.posted}
        self.report.missed = sum(count - self.seen[order] for order, count in expected.items())
        return self.report

    async def _watch(self, cookie: str, page: bytes) -> None:
        browser, version = Browser(self.port, self.report), _version(page)
        await asyncio.sleep(random.random())
        while time.monotonic() < self.until:
            start = time.monotonic()
            code, text = await browser.ask("GET", f"/admin/live/changes?v={version}", _cookie(cookie))
            now = time.monotonic()
            self.report.slowest_poll = max(self.report.slowest_poll, now - start)
            if now - start > 4:
                self.report.late.append((round(start - self.began, 1), round(now - start, 1)))
            if code == 200:
                version = _version(text)
                self._note(text, now)
            await asyncio.sleep(1.0)

    def _note(self, text: bytes, now: float) -> None:
        for found in RATED.findall(text):
            order = int(found)
            if order in self.posted:
                self.seen[order] += 1
                self.report.delays.append(now - self.posted[order])

    async def _rate(self, seconds: int, a_second: int) -> None:
        browser, links = Browser(self.port, self.report), list(self.day.links)
        random.Random(1).shuffle(links)
        start = time.monotonic()
        form = "Content-Type: application/x-www-form-urlencoded\r\n"
        for place, (_depot, order, token) in enumerate(links[: seconds * a_second]):
            await asyncio.sleep(max(0.0, start + place / a_second - time.monotonic()))
            # Counted from before the post, so that no board can be quicker than the clock.
            self.posted[order] = time.monotonic()
            body = f"stars={place % 5 + 1}&comment=As+it+was"
            await browser.ask("POST", f"/t/{token}/rating", form, body)
            self.report.ratings += 1


def _cookie(cookie: str) -> str:
    return f"Cookie: {cookie}\r\n"


def _version(page: bytes) -> str:
    found: Sequence[bytes] = VERSION.findall(page)
    return found[0].decode() if found else ""
