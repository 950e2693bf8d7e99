"""The API's description: the OpenAPI document, and a page made from it that loads nothing from elsewhere."""

from collections.abc import Callable, Sequence
from functools import cache
from typing import Any

from flask import Response, current_app, jsonify, render_template

from cxweb.accounts.rules import ANSWERS_KEPT, SCOPES
from cxweb.web.api.document import document
from cxweb.web.api.operations import Operation
from cxweb.web.api.reading import entries

KEPT_H = int(ANSWERS_KEPT.total_seconds() // 3600)


def described(operations: Sequence[Operation]) -> dict[str, Callable[[], Any]]:
    """The views of the description, by address. They are open to everybody: nothing of a company stands in them."""

    @cache
    def made(server: str) -> dict[str, Any]:
        return document(operations, server)

    def openapi() -> Response:
        return jsonify(made(_server()))

    def docs() -> str:
        api = made(_server())
        return render_template("public/api.html", api=api, entries=entries(api), scopes=SCOPES, kept=KEPT_H)

    return {"/openapi.json": openapi, "/docs": docs}


def _server() -> str:
    return str(current_app.config["CXWEB"].base_url)
