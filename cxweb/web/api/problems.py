"""Errors of the API as RFC 9457 problem details."""

from collections.abc import Iterable
from http import HTTPStatus

from flask import Response, jsonify

# What is wrong with a request whose address or form says it already.
WITHOUT_A_WORD = {
    400: "The request cannot be read.",
    404: "There is nothing at this address. What there is: /api/v1/docs.",
    405: "This address does not take that method.",
    413: "The body is too long, or has no length.",
    415: "Send the body as application/json.",
    500: "Something broke on our side. What was stored is kept; try again in a minute.",
}


def problem(status: int, detail: str, errors: Iterable[tuple[str, str]] = ()) -> Response:
    """An `application/problem+json` answer; `errors` are pairs of JSON pointer and what is wrong there."""
    response = jsonify(problem_body(status, detail, errors))
    response.status_code = status
    response.mimetype = "application/problem+json"
    return response


def problem_body(status: int, detail: str, errors: Iterable[tuple[str, str]] = ()) -> dict[str, object]:
    """The problem itself, for where it stands within an answer."""
    body: dict[str, object] = {
        "type": "about:blank",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": detail,
    }
    listed = [{"pointer": pointer, "detail": text} for pointer, text in errors]
    if listed:
        body["errors"] = listed
    return body
