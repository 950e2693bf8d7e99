"""The door of the API: whose key it is, what it may do and how often, and whether what was sent fits."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from flask import Response, g, request

from cxweb.accounts.queries import client_of_key
from cxweb.accounts.rules import LAST_USE, Client
from cxweb.actions.record_key_use import record_key_use
from cxweb.core import clock
from cxweb.core.tokens import digest
from cxweb.web.api import rates
from cxweb.web.api.operations import Operation
from cxweb.web.api.problems import problem
from cxweb.web.api.refusals import REFUSALS, told
from cxweb.web.api.repeats import once
from cxweb.web.api.schemas import body, query


def guarded(operation: Operation) -> Callable[..., Response]:
    """The operation's view behind its decisions: 401 without a key, 403 without the scope, 429 beyond its rate."""

    @wraps(operation.view)
    def answer(**values: str) -> Response:
        found = _client()
        if found is None:
            response = problem(401, "Send a valid key: Authorization: Bearer <key>.")
            response.headers["WWW-Authenticate"] = "Bearer"
            return response
        g.client = found
        too_many = rates.counted(found)
        if too_many is not None:
            return too_many
        if operation.scope not in found.scopes:
            return problem(403, f"This key lacks the scope {operation.scope}.")
        request.max_content_length = operation.longest_body
        try:
            return _answered(operation, values)
        except REFUSALS as refusal:
            return problem(*told(refusal))

    return answer


def _answered(operation: Operation, values: dict[str, str]) -> Response:
    g.sent = {}
    if operation.query is not None:
        g.sent = query(operation.query, request.args)
    is_form = operation.form and request.mimetype == "multipart/form-data"
    if operation.body is not None and not is_form:
        g.sent = body(operation.body)

    def work() -> Response:
        try:
            return operation.view(**values)
        except REFUSALS as refusal:
            return problem(*told(refusal))

    return once(work, client()) if operation.method == "POST" else work()


def _client() -> Client | None:
    kind, _, key = request.headers.get("Authorization", "").partition(" ")
    if kind.lower() != "bearer" or not key:
        return None
    now = clock.now()
    found = client_of_key(digest(key.strip()), now)
    if found is not None and (found.last_used_at is None or found.last_used_at <= now - LAST_USE):
        record_key_use(found.key_id)
    return found


def client() -> Client:
    """The program behind the request."""
    found: Client = g.client
    return found


def sent() -> dict[str, Any]:
    """The body, or the address's parameters, in the shape the operation declares."""
    found: dict[str, Any] = g.sent
    return found
