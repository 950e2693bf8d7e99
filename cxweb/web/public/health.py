"""Liveness and readiness, for whatever watches over the service."""

from flask import Response, jsonify
from sqlalchemy.exc import SQLAlchemyError

from cxweb.core import queue
from cxweb.core.db import db
from cxweb.core.migrations import is_current


def alive() -> Response:
    """Whether this process answers at all."""
    return jsonify({"status": "ok"})


def ready() -> Response:
    """Whether it can serve: 503 with the reasons where it cannot. Redis being away is told, and stops nothing."""
    reasons = []
    try:
        with db.engines["read"].connect() as connection:
            if not is_current(connection):
                reasons.append("the database awaits its migration")
    except SQLAlchemyError as error:
        reasons.append(f"the database does not answer ({type(error).__name__})")
    warnings = [] if queue.answers() else ["redis does not answer; the sweeper delivers by itself"]
    response = jsonify({"status": "unavailable" if reasons else "ok", "reasons": reasons, "warnings": warnings})
    response.status_code = 503 if reasons else 200
    return response
