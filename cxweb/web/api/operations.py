"""An operation of the API as it is declared once: what checks a request, and what its description is made from."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from flask import Response
from marshmallow import Schema

from cxweb.web.headers import LONGEST_BODY


@dataclass(frozen=True)
class Operation:
    """An address and method, the scope its key needs, the shapes of what it takes and gives, and the view."""

    path: str
    method: str
    scope: str
    view: Callable[..., Response]
    summary: str
    # What each successful status gives.
    answers: Mapping[int, type[Schema]]
    text: str = ""
    body: type[Schema] | None = None
    query: type[Schema] | None = None
    # A body, or parameters, that a reader can try.
    example: Mapping[str, Any] | None = None
    # Whether the body may also be a form with files.
    form: bool = False
    # Refusals beside those every operation knows.
    refusals: tuple[int, ...] = ()
    longest_body: int = LONGEST_BODY
