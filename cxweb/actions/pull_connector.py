"""Asks another system for its orders; no transaction is open while it answers."""

import json
import time
from collections.abc import Sequence
from functools import partial
from urllib.parse import quote

from flask import current_app
from sqlalchemy import delete

from cxweb.company.queries import settings_now, zone_of
from cxweb.core import clock
from cxweb.core.db import session, transaction
from cxweb.core.outward import ForbiddenAddress, Outward
from cxweb.core.sealed import opened_or_none
from cxweb.core.senders.https import NoAnswer, NotConnected
from cxweb.core.senders.protocol import told
from cxweb.integrations import optimoroute
from cxweb.integrations.models import ConnectorSeen
from cxweb.integrations.queries import connector, seen
from cxweb.integrations.rules import EVERY, REMEMBERED, Arrival, Json, NotUnderstood

TIME_OUT_S = 30.0
CANNOT_OPEN = "its key was sealed with another secret key: enter it again"
LONGEST_ANSWER = 32_000_000
# As many refs stand in one statement.
AT_ONCE = 500


def pull_connector(name: str) -> list[Arrival]:
    """What is new there, to be taken in. What went wrong is on the connector's row, and asked again the next time."""
    with transaction():
        mine = connector(name, lock=True)
        if mine is None or mine.enabled_at is None:
            return []
        mine.next_pull_at = clock.now() + EVERY
        company = settings_now()
        zone, key = zone_of(mine.depot, company), opened_or_none(mine.credential)
        if key is None:
            _note(name, CANNOT_OPEN)
            return []
    outward = Outward(current_app.config["CXWEB"].loopback_webhooks)
    today = clock.now().astimezone(zone).date()
    found, error = list[Arrival](), ""
    try:
        ask = partial(_ask, outward, key)
        found = list(optimoroute.pull(ask, *optimoroute.days_of(today), zone))
    except (NotConnected, NoAnswer) as problem:
        error = told(problem.__cause__ or problem, key)
    except (NotUnderstood, ForbiddenAddress) as problem:
        error = told(str(problem), key)
    with transaction():
        _note(name, error)
        return _new(name, found)


def _ask(outward: Outward, key: str, call: str, body: Json) -> Json:
    """One call with the key, which the other system wants in the address."""
    address = f"{optimoroute.ADDRESS}{call}?key={quote(key, safe='')}"
    headers = {"Content-Type": "application/json", "Accept": "application/json"}
    status, text = outward.post(
        address, json.dumps(body).encode(), headers, time.monotonic() + TIME_OUT_S, LONGEST_ANSWER
    )
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict):
        raise NotUnderstood(f"{call} answers {status} and no JSON object")
    return found


def _note(name: str, error: str) -> None:
    mine, now = connector(name, lock=True), clock.now()
    if mine is not None:
        mine.last_error = error or None
        mine.failing_since = (mine.failing_since or now) if error else None
        mine.last_heard_at = mine.last_heard_at if error else now


def _new(name: str, found: Sequence[Arrival]) -> list[Arrival]:
    """Those of which something else was said the last time, or nothing; what is long gone is forgotten."""
    session().execute(delete(ConnectorSeen).where(ConnectorSeen.seen_at < clock.now() - REMEMBERED))
    known: dict[str, str] = {}
    for start in range(0, len(found), AT_ONCE):
        known |= seen(name, [arrival.ref for arrival in found[start : start + AT_ONCE]])
    return [arrival for arrival in found if known.get(arrival.ref) != arrival.digest]
