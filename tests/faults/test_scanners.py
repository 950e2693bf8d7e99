"""Opening a link records nothing: what mail gateways, previews, prefetching browsers and scanners send (P6)."""

import pytest
from sqlalchemy import func, select

from cxweb.core.db import Base, session
from cxweb.orders.models import Order
from tests.factories import Factory
from tests.page import Client

AGENTS = (
    "Mozilla/5.0 (compatible; MSIE 10.0; Windows NT 6.2; ms-office; MSOffice 16)",
    "Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 BarracudaSentinel/1.0 Safari/537.36",
    "Mozilla/5.0 (X11; Linux x86_64; proofpoint-url-defense)",
    "Mimecast-URL-Protect/1.0",
    "GoogleImageProxy (via ggpht.com)",
    "Mozilla/5.0 (compatible; Google-Safety; +http://www.google.com/bot.html)",
    "facebookexternalhit/1.1 (+http://www.facebook.com/externalhit_uatext.php)",
    "WhatsApp/2.23.20.0 A",
    "TelegramBot (like TwitterBot)",
    "Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)",
    "SkypeUriPreview Preview/0.5 skype-url-preview@microsoft.com",
    "Twitterbot/1.0",
    "LinkedInBot/1.0",
    "Discordbot/2.0",
    "Applebot/0.1",
    "bingbot/2.0",
    "curl/8.5.0",
    "Wget/1.21",
    "python-requests/2.32",
    "sqlmap/1.8",
)
HINTS = (
    {"Purpose": "prefetch"},
    {"Sec-Purpose": "prefetch"},
    {"Sec-Purpose": "prefetch;prerender"},
    {"X-Purpose": "preview"},
    {"X-Moz": "prefetch"},
    {"Sec-Fetch-Dest": "image"},
    {"Range": "bytes=0-1023"},
    {"If-Modified-Since": "Tue, 17 Nov 2026 12:00:00 GMT"},
)
REQUESTS: list[tuple[str, str, dict[str, str]]] = [
    *[("GET", "", {"User-Agent": agent}) for agent in AGENTS],
    *[("GET", "?stars=5", hint) for hint in HINTS],
    *[("GET", query, {}) for query in ("?stars=1", "?stars=5&comment=hi", "?edit=1&stars=3", "/rating?stars=5")],
    *[(method, "", {}) for method in ("HEAD", "OPTIONS", "TRACE")],
    ("HEAD", "?stars=5", {}),
    ("HEAD", "/rating?stars=5", {}),
]


def everything() -> dict[str, int]:
    """How many rows each table has."""
    counts = {table.name: select(func.count()).select_from(table) for table in Base.metadata.sorted_tables}
    return {name: session().scalar(count) or 0 for name, count in counts.items()}


def test_there_are_as_many_requests_as_the_promise_says() -> None:
    assert len(REQUESTS) == len({str(request) for request in REQUESTS}) == 37


@pytest.mark.parametrize(("method", "query", "headers"), REQUESTS)
def test_a_request_that_is_no_post_records_nothing(
    client: Client, make: Factory, method: str, query: str, headers: dict[str, str]
) -> None:
    order = make.completed()
    before = everything()
    answer = client.flask.open(f"/t/{order.token}{query}", method=method, headers=headers)
    assert answer.status_code in {200, 405}
    assert everything() == before
    assert session().scalar(select(Order.seen_at).where(Order.id == order.id)) is None


def test_one_post_would_be_noticed(client: Client, make: Factory) -> None:
    order = make.completed()
    before = everything()
    client.post(f"/t/{order.token}/rating", {"stars": "5"})
    client.post(f"/t/{order.token}/seen")
    assert everything()["rating"] == before["rating"] + 1
    assert session().scalar(select(Order.seen_at).where(Order.id == order.id)) is not None
