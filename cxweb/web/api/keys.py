"""Which program calls: the bearer key of a request, its scopes and its perimeter."""

from collections.abc import Callable
from functools import wraps

from flask import g, request
from werkzeug.wrappers import Response

from cxweb.accounts.queries import client_of_key
from cxweb.accounts.rules import Client
from cxweb.core.tokens import digest
from cxweb.web.api.problems import problem
from cxweb.web.headers import LONGEST_BODY


def needs(scope: str, view: Callable[..., Response]) -> Callable[..., Response]:
    """The view behind its decision: 401 without a valid key, 403 without the scope."""

    @wraps(view)
    def decided(**values: str) -> Response:
        request.max_content_length = LONGEST_BODY
        kind, _, key = request.headers.get("Authorization", "").partition(" ")
        client = client_of_key(digest(key.strip())) if kind.lower() == "bearer" and key else None
        if client is None:
            answer = problem(401, "Send a valid key: Authorization: Bearer <key>.")
            answer.headers["WWW-Authenticate"] = "Bearer"
            return answer
        if scope not in client.scopes:
            return problem(403, f"This key lacks the scope {scope}.")
        g.client = client
        return view(**values)

    return decided


def client() -> Client:
    """The program behind the request."""
    found: Client = g.client
    return found
