"""Liveness and readiness, for whatever watches over the service."""

from typing import Any

from flask import Response, jsonify
from sqlalchemy.exc import SQLAlchemyError

from cxweb.core import clock, queue
from cxweb.core.db import db
from cxweb.core.migrations import is_current
from cxweb.notifications.queries import health
from cxweb.notifications.rules import Health, seconds
from cxweb.web.exchange import Exchange, exchange

REDIS_AWAY = "redis does not answer; the sweeper delivers by itself"


def alive() -> Response:
    """Whether this process answers at all."""
    return jsonify({"status": "ok"})


def ready() -> Response:
    """Whether it can serve: 503 with the reasons where it cannot; what else is wrong is a warning and stops nothing."""
    reasons, messages, traffic = [], None, None
    try:
        with db.engines["read"].connect() as connection:
            if not is_current(connection):
                reasons.append("the database awaits its migration")
        if not reasons:
            messages, traffic = health(clock.now()), exchange(clock.now())
    except SQLAlchemyError as error:
        reasons.append(f"the database does not answer ({type(error).__name__})")
    warnings = [] if queue.answers() else [REDIS_AWAY]
    answer: dict[str, Any] = {"status": "unavailable" if reasons else "ok", "reasons": reasons, "warnings": warnings}
    if messages is not None and traffic is not None:
        warnings += [_sentence(alarm, messages) for alarm in messages.alarms] + traffic.warnings
        answer["messages"] = _figures(messages)
        answer |= _traffic(traffic)
    response = jsonify(answer)
    response.status_code = 503 if reasons else 200
    return response


def _sentence(alarm: str, found: Health) -> str:
    sentences = {
        "unwritten": f"completed orders without their message: {found.unwritten}",
        "resting": f"gateways that are given a rest: {', '.join(rest.channel for rest in found.resting)}",
        "overdue": f"the oldest due message has waited {seconds(found.oldest_pending)} s",
        "dead_leases": f"messages left by a process that died, and taken up by none: {found.dead_leases}",
        "retrying": f"messages refused for now, to be tried again: {found.retrying}",
        "uncertain": f"messages perhaps sent, for a person to decide: {found.uncertain}",
        "failed": f"messages given up within a day: {found.ended_lately['failed']}",
    }
    return sentences[alarm]


def _figures(found: Health) -> dict[str, Any]:
    """The figures without anything a gateway said: whoever may ask need not be signed in."""
    return {
        "unwritten": found.unwritten,
        "oldest_pending_seconds": seconds(found.oldest_pending),
        "retrying": found.retrying,
        "dead_leases": found.dead_leases,
        "uncertain": found.uncertain,
        "ended_last_day": dict(found.ended_lately),
        "suppressed_last_day": dict(found.suppressed_lately),
        "resting": [{"channel": rest.channel, "until": rest.until.isoformat()} for rest in found.resting],
    }


def _traffic(found: Exchange) -> dict[str, Any]:
    """What goes to and comes from other systems, without their names and addresses."""
    webhooks = {
        "oldest_due_seconds": seconds(found.webhooks.oldest_due),
        "failing": found.webhooks.failing,
        "given_up": found.webhooks.given_up,
        "failed_last_day": found.webhooks.failed_lately,
    }
    heard = {name: seconds(ago) if ago is not None else None for name, ago in found.heard.items()}
    return {"webhooks": webhooks, "imports": {"stuck": found.stuck_imports}, "connectors": {"heard_seconds_ago": heard}}
