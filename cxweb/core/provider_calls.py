"""Calls of an OpenID provider: few at the same time, over by their end, and remembered for a while."""

import json
import socket
import ssl
import time
from functools import cached_property
from threading import BoundedSemaphore
from typing import Any
from urllib.parse import urlsplit

from cxweb.core.senders.https import Host, NoAnswer, NotConnected

# How many call the provider at the same time, how long another waits, and how long a provider that did not answer is
# left alone: whoever does not sign in must not notice.
MOST_CALLS, QUEUE_S, REST_S = 2, 1.0, 5.0
LONGEST_ANSWER = 262_144


class ProviderDown(Exception):
    """The provider does not answer, or not as one; the text says how, for the log."""


class RefusedCode(Exception):
    """The provider takes what was posted to it not; the text says how it answered."""


class ProviderCalls:
    """Asks one provider, and remembers its documents."""

    def __init__(self) -> None:
        self._kept: dict[str, tuple[float, dict[str, Any]]] = {}
        self._places = BoundedSemaphore(MOST_CALLS)
        self._rests_until = 0.0

    def remembered(self, url: str, age: float, until: float) -> dict[str, Any]:
        """A document, asked for again when what is known of it is older than that many seconds. Raises ProviderDown."""
        asked_at, known = self._kept.get(url, (0.0, {}))
        if not known or time.monotonic() - asked_at > age:
            known = self.json("GET", url, until)
            self._kept[url] = (time.monotonic(), known)
        return known

    def json(
        self, method: str, url: str, until: float, body: bytes | None = None, headers: dict[str, str] | None = None
    ) -> dict[str, Any]:
        """The object that it answers with. Raises ProviderDown and RefusedCode."""
        status, text = self._ask(method, url, until, body, {"Accept": "application/json", **(headers or {})})
        if 400 <= status < 500 and body is not None:
            raise RefusedCode(str(status))
        try:
            found = json.loads(text) if status == 200 else None
        except (ValueError, RecursionError):
            found = None
        if not isinstance(found, dict):
            raise ProviderDown(f"{urlsplit(url).path} answered {status} and no object")
        return found

    def _ask(
        self, method: str, url: str, until: float, body: bytes | None, headers: dict[str, str]
    ) -> tuple[int, bytes]:
        """Status and body; of few at the same time, and none at all for a while after the provider did not answer."""
        if time.monotonic() < self._rests_until or not self._places.acquire(timeout=QUEUE_S):
            raise ProviderDown("it did not answer a moment ago, or others wait for it")
        try:
            return self._called(method, url, until, body, headers)
        except (NotConnected, NoAnswer) as error:
            self._rests_until = time.monotonic() + REST_S
            raise ProviderDown(f"{type(error).__name__}: {error.__cause__}") from error
        finally:
            self._places.release()

    def _called(
        self, method: str, url: str, until: float, body: bytes | None, headers: dict[str, str]
    ) -> tuple[int, bytes]:
        """The answer of the first of the name's addresses that takes a connection."""
        parts = urlsplit(url)
        name, tls = parts.hostname or "", parts.scheme == "https"
        port, context = parts.port or (443 if tls else 80), self._certificates if tls else None
        path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        refused = NotConnected()
        try:
            found = socket.getaddrinfo(name, port, type=socket.SOCK_STREAM)
        except OSError as error:
            raise NotConnected from error
        # Named by its address, the exchange is cut off at its end however slowly the answer drips in.
        for address in dict.fromkeys(str(entry[4][0]) for entry in found):
            try:
                return Host(tls, name, port, address, context).ask(method, path, until, body, headers, LONGEST_ANSWER)
            except NotConnected as error:
                refused = error
        raise refused

    @cached_property
    def _certificates(self) -> ssl.SSLContext:
        return ssl.create_default_context()
