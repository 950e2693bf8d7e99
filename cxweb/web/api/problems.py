"""Errors of the API as RFC 9457 problem details."""

from collections.abc import Iterable
from http import HTTPStatus

from flask import Response, jsonify


def problem(status: int, detail: str, errors: Iterable[tuple[str, str]] = ()) -> Response:
    """An `application/problem+json` answer; `errors` are pairs of JSON pointer and what is wrong there."""
    body: dict[str, object] = {
        "type": "about:blank",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": detail,
    }
    listed = [{"pointer": pointer, "detail": text} for pointer, text in errors]
    if listed:
        body["errors"] = listed
    response = jsonify(body)
    response.status_code = status
    response.mimetype = "application/problem+json"
    return response
