"""How often links may be guessed and answers posted; opening a real link is never limited."""

from flask import Flask, current_app, request
from werkzeug.exceptions import HTTPException, NotFound, TooManyRequests

from cxweb.accounts.rules import network_of
from cxweb.core.counters import WINDOW_S, Counters
from cxweb.settings import Settings

MISSES_A_MINUTE = 60
POSTS_A_MINUTE = 300


def init_app(app: Flask, settings: Settings) -> None:
    app.extensions["cxweb.limits"] = Counters(settings.data_dir / "counters", settings.secret_key)


def missed() -> HTTPException:
    """What a link that does not exist answers: not found, and beyond MISSES_A_MINUTE from one address, to wait.

    Asked only once a link is known to be wrong: who shares an address with somebody who guesses still opens theirs.
    """
    misses = _counters().count(f"miss {network_of(request.remote_addr or '')}")
    return NotFound() if misses <= MISSES_A_MINUTE else TooManyRequests(retry_after=WINDOW_S)


def check_post(token: str) -> None:
    """Raises TooManyRequests beyond POSTS_A_MINUTE to the link, whoever sends them."""
    if _counters().count(f"post {token}") > POSTS_A_MINUTE:
        raise TooManyRequests(retry_after=WINDOW_S)


def _counters() -> Counters:
    counters: Counters = current_app.extensions["cxweb.limits"]
    return counters
