"""A small client of cxweb's API: the standard library alone. Copy it, and keep of it what you need."""

import json
import time
import uuid
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.parse import quote, urlencode
from urllib.request import Request, urlopen

JSON = dict[str, Any]
TRIES = 5
MOST = 1_000


class Refused(Exception):
    """The API refused a request; `problem` says what and why (RFC 9457)."""

    def __init__(self, problem: JSON) -> None:
        super().__init__(f"{problem['status']} {problem['detail']} {problem.get('errors', '')}")
        self.problem = problem


class Cxweb:
    """`Cxweb("https://deliveries.example.com", key)`."""

    def __init__(self, site: str, key: str) -> None:
        self.site = f"{site.rstrip('/')}/api/v1"
        self.key = key

    def save_order(self, ref: str, **fields: Any) -> JSON:
        """Bring in an order or change it: absent fields are kept, None clears."""
        return self._ask("PUT", f"/orders/{quote(ref)}", fields)

    def save_orders(self, orders: Iterable[JSON]) -> Iterator[JSON]:
        """Bring in any number of orders, each with its `ref`; what became of each."""
        left = iter(orders)
        while part := list(islice(left, MOST)):
            yield from self._ask("POST", "/orders/bulk", {"orders": part})["items"]

    def tell_status(self, ref: str, status: str, **more: Any) -> JSON:
        """`on_the_way`, `arrived`, `completed`, `failed`…; more is `at`, `reason`, `drivers`."""
        return self._ask("POST", f"/orders/{quote(ref)}/status", {"status": status, **more})

    def order(self, ref: str) -> JSON:
        return self._ask("GET", f"/orders/{quote(ref)}")

    def ratings(self, **filters: Any) -> Iterator[JSON]:
        """Every rating of the filters: `from_`, `to`, `depot`, `stars`…; lists repeat as OR."""
        cursor = None
        while True:
            asked = {name.rstrip("_"): value for name, value in filters.items()} | (
                {"cursor": cursor} if cursor else {}
            )
            page = self._ask("GET", f"/ratings?{urlencode(asked, doseq=True)}")
            yield from page["items"]
            cursor = page["next_cursor"]
            if cursor is None:
                return

    def new_ratings(self, since: str | None = None) -> tuple[list[JSON], str]:
        """The ratings that came in since the cursor, and the cursor to keep for the next time."""
        page = self._ask("GET", f"/events?{urlencode({'since': since} if since else {})}")
        return page["items"], page["next_cursor"]

    def _ask(self, method: str, path: str, body: JSON | None = None) -> JSON:
        """Ask until there is an answer: every request may be sent again, a POST because it has a key of its own."""
        headers = {"Authorization": f"Bearer {self.key}"}
        if body is not None:
            headers |= {"Content-Type": "application/json", "Idempotency-Key": str(uuid.uuid4())}
        sent = None if body is None else json.dumps(body).encode()
        for attempt in range(1, TRIES + 1):
            wait = 2.0**attempt
            try:
                with urlopen(Request(self.site + path, sent, headers, method=method), timeout=60) as answer:
                    return json.load(answer)
            except HTTPError as error:
                if error.code != 429 and error.code < 500:
                    raise Refused(json.load(error)) from error
                wait = float(error.headers.get("Retry-After", wait))
            except (URLError, TimeoutError):
                if attempt == TRIES:
                    raise
            time.sleep(wait)
        raise TimeoutError(f"{method} {path} was not answered {TRIES} times")
