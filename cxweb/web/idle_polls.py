"""Answers a board's poll that has no news before Flask sees it: a thousand boards ask every second.

Only a request that Flask itself has just answered with "nothing new" is answered here, to the letter the same one,
cookie and all, and for PATIENCE_S at the most. The answer says nothing, so who was signed out meanwhile learns nothing.
"""

import time
from collections.abc import Iterable
from typing import TYPE_CHECKING, NamedTuple

from flask import Flask, current_app, request

from cxweb.boards.queries import log
from cxweb.core.change_log import ChangeLog, Position

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

PATIENCE_S = 10.0
MOST = 20_000
ENDING = "/changes"


class Quiet(NamedTuple):
    """A poll that had no news: until when it may be answered here, and what would be news to it."""

    until: float
    log: ChangeLog
    position: Position
    depots: frozenset[int] | None
    known_depots: int


class IdlePolls:
    """WSGI middleware in front of the application."""

    def __init__(self, app: "WSGIApplication") -> None:
        self.app = app
        self.quiet: dict[tuple[str, str, str], Quiet] = {}

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        if environ["PATH_INFO"].endswith(ENDING) and self._still_quiet(environ):
            start_response("204 No Content", [])
            return ()
        return self.app(environ, start_response)

    def _still_quiet(self, environ: "WSGIEnvironment") -> bool:
        key = key_of(environ)
        found = self.quiet.get(key)
        if found is None or environ["REQUEST_METHOD"] != "GET":
            return False
        if time.monotonic() >= found.until:
            self.quiet.pop(key, None)
            return False
        try:
            found.log.refresh()
        except Exception:
            # The application answers it, and says so where the database is away.
            return False
        return len(found.log.latest) == found.known_depots and found.log.quiet(found.position, found.depots)

    def remember(self, key: tuple[str, str, str], quiet: Quiet) -> None:
        if len(self.quiet) >= MOST:
            self.quiet.clear()
        self.quiet[key] = quiet


def key_of(environ: "WSGIEnvironment") -> tuple[str, str, str]:
    return environ["PATH_INFO"], environ.get("QUERY_STRING", ""), environ.get("HTTP_COOKIE", "")


def init_app(app: Flask) -> None:
    polls = IdlePolls(app.wsgi_app)
    app.extensions["cxweb.idle_polls"] = polls
    app.wsgi_app = polls  # type: ignore[method-assign]


def nothing_new(position: Position, depots: frozenset[int] | None) -> tuple[str, int]:
    """The answer to a poll without news; the same poll is answered without Flask for a while."""
    polls: IdlePolls = current_app.extensions["cxweb.idle_polls"]
    found = log()
    quiet = Quiet(time.monotonic() + PATIENCE_S, found, position, depots, len(found.latest))
    polls.remember(key_of(request.environ), quiet)
    return "", 204
