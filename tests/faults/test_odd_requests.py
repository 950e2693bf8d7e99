"""Whatever is sent gets an answer below 500, and what was stored stays (P7); late and cookieless posts too (P9)."""

import re
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import quote

import pytest
from sqlalchemy import select

from cxweb.core import clock
from cxweb.core.db import session
from cxweb.ratings.models import Rating
from tests.factories import Factory
from tests.faults.serving import Served
from tests.page import Client

FORM = "application/x-www-form-urlencoded"
NOON = datetime(2026, 11, 17, 12, 0, tzinfo=UTC)
TEXTS = {
    "nul": b"stars=5&comment=a%00b",
    "invalid utf-8": b"stars=5&comment=%ff%fe",
    "raw invalid utf-8": b"stars=5&comment=\xff\xfe",
    "overlong utf-8": b"stars=5&comment=%c0%af",
    "lone surrogate": b"stars=5&comment=%ed%a0%80",
    "half an escape": b"stars=5&comment=%",
    "20 MB": b"stars=5&comment=" + b"a" * 20_000_000,
    "65 kB": b"stars=5&comment=" + b"a" * 65_536,
    "5,000 fields": b"stars=5&" + b"&".join(b"f%d=1" % number for number in range(5_000)),
    "5,000 stars": b"&".join([b"stars=5"] * 5_000),
    "no field": b"",
    "only separators": b"&&&&====&&&",
    "unknown fields": b"__proto__=1&stars[]=5&stars.x=5",
    "other digits": "stars=५&comment=x".encode(),
    "a number too large": b"stars=5&nps=99999999999999999999&ces=1e999",
    "reasons of all kinds": b"stars=5&reasons=..&reasons=%00&reasons=' OR 1=1--",
    "a survey of no number": b"stars=5&survey=nan",
    "a survey of a huge number": b"stars=5&survey=99999999999999999999999",
    "a negative survey": b"stars=5&survey=-1",
    "json": b'{"stars": 5}',
}
TYPES = (FORM, "multipart/form-data", "multipart/form-data; boundary=x", "application/json", "text/plain", "", "é/ü; =")
PATHS = ("%00", "%ff", "%2e%2e%2f", "a" * 30_000, "%0d%0aSet-Cookie:x=1", "é", "‮", "'", "*", "?", "//", "%25", ";x=1")


def stored() -> list[tuple[int, str | None]]:
    return [(rating.stars, rating.comment) for rating in session().scalars(select(Rating).order_by(Rating.id))]


@pytest.mark.parametrize("name", TEXTS)
@pytest.mark.parametrize("content_type", TYPES)
def test_an_odd_body_is_answered_and_what_was_stored_stays(
    client: Client, make: Factory, name: str, content_type: str
) -> None:
    rated = make.completed()
    make.rating(rated, 4, "kept")
    for suffix in ("/rating", "", "/seen"):
        answer = client.flask.post(f"/t/{rated.token}{suffix}", data=TEXTS[name], content_type=content_type)
        assert 200 <= answer.status_code < 500
    [(stars, _)] = stored()
    assert stars in {4, 5}


def requests(token: str) -> Iterator[bytes]:
    """Odd requests as bytes, as a client of HTTP would never send them."""
    for path in PATHS:
        for target in (f"/t/{path}", f"/{path}", f"/t/{token}/{path}", f"/t/{token}?lang={path}&stars={path}"):
            yield f"GET {quote(target, safe='/%?=&;*:')} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".encode()
            yield f"GET {target} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".encode()
    for host in ("", "é", "a" * 5_000, "evil.example:99999", "[::1", "x y", "\x01", "<script>"):
        yield f"GET /t/{token} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n".encode()
    for method in ("HEAD", "PUT", "DELETE", "PATCH", "TRACE", "CONNECT", "BREW", "get", "G" * 300, "É"):
        yield f"{method} /t/{token} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".encode()
    for header in (
        "Cookie: " + "c=" + "x" * 9_000,
        "Accept-Language: " + "q;" * 4_000,
        "Accept-Encoding: \xff, gzip;q=x",
    ):
        yield f"GET /t/{token} HTTP/1.1\r\nHost: x\r\n{header}\r\nConnection: close\r\n\r\n".encode("latin-1")
    for length in ("-1", "9" * 30, "abc", "5, 5"):
        yield f"POST /t/{token}/rating HTTP/1.1\r\nHost: x\r\nContent-Length: {length}\r\n\r\nstars".encode()


def test_an_odd_path_host_method_or_header_is_answered_by_the_real_server(
    app: object, make: Factory, tmp_path: Path, database_url: str
) -> None:
    order = make.completed()
    make.rating(order, 4, "kept")
    codes: dict[str, int] = {}
    with Served(tmp_path, CXWEB_DATABASE_URL=database_url) as served:
        for sent in requests(order.token):
            answer = served.raw(sent, patience=3)
            code = answer[9:12].decode() or "closed"
            codes[code] = codes.get(code, 0) + 1
            assert not code.startswith("5"), (sent[:120], answer[:200])
            # A server that tells its version tells which of its faults to try.
            assert not re.search(rb"(?i)\r\nserver: [^\r]*\d", answer), answer[:300]
        with closing(served.connection()) as connection:
            connection.request("GET", f"/t/{order.token}")
            assert connection.getresponse().status == 200
    assert sum(codes.values()) > 120
    assert codes.keys() >= {"200", "400", "404", "405"}
    assert stored() == [(4, "kept")]


def test_a_page_left_open_for_a_day_and_a_browser_without_cookies_can_still_answer(
    client: Client, make: Factory
) -> None:
    with clock.showing(NOON):
        order = make.completed()
        page = client.get(f"/t/{order.token}").text
    assert "csrf" not in page
    with clock.showing(NOON + timedelta(hours=24)):
        answer = client.flask.post(f"/t/{order.token}/rating", data={"stars": "4", "comment": "A day later"})
    assert answer.status_code == 303
    assert "Set-Cookie" not in answer.headers
    assert stored() == [(4, "A day later")]
