"""The OpenAPI 3.1 document, made from the URL table and the shapes that requests are checked by."""

import re
from collections.abc import Sequence
from http import HTTPStatus

from marshmallow import fields

from cxweb.web.api.answers import ProblemSchema
from cxweb.web.api.json_schema import JSON, field_schema, object_schema, reference
from cxweb.web.api.operations import Operation
from cxweb.web.api.repeats import HEADER

INFO = {
    "title": "cxweb",
    "version": "1.0",
    "description": "Orders in, ratings and figures out. Instants are RFC 3339 with an offset; percentages are 0 to 100 "
    "and unrounded. Fields may be added to answers; nothing is taken away within version 1.",
}
# What any operation may be refused with, and why.
REFUSED = {
    401: "No valid key was sent.",
    403: "The key lacks the scope.",
    404: "Unknown, or of another perimeter: the two look the same.",
    409: "The order does not allow it, or the same request is still being worked on.",
    413: "The body is too long.",
    415: "The body is not what this address takes.",
    422: "A value cannot be taken; `errors` says which.",
    429: "The key asked too often; `Retry-After` says when it may again.",
}
PARAMETERS = {
    "ref": {
        "name": "ref",
        "in": "path",
        "required": True,
        "description": "Your own name of the order.",
        "schema": {"type": "string", "pattern": r"^(?!bulk$|\.{1,2}$)[A-Za-z0-9._:-]{1,64}$"},
    },
    HEADER: {
        "name": HEADER,
        "in": "header",
        "required": False,
        "description": "A text of your own for this one request: sent again, it gets the same answer for a day.",
        "schema": {"type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[!-~]{1,255}$"},
    },
}


def document(operations: Sequence[Operation], server: str) -> JSON:
    """The whole document for the API at this address."""
    schemas: dict[str, JSON] = {}
    paths: dict[str, JSON] = {}
    problem = reference(ProblemSchema, schemas)
    for operation in operations:
        path = re.sub("<([a-z]+)>", r"{\1}", operation.path)
        paths.setdefault(path, {})[operation.method.lower()] = _operation(operation, schemas)
    return {
        "openapi": "3.1.0",
        "info": INFO,
        "servers": [{"url": f"{server}/api/v1"}],
        "security": [{"key": []}],
        "paths": paths,
        "components": {
            "securitySchemes": {"key": {"type": "http", "scheme": "bearer"}},
            "responses": {
                str(status): {"description": text, "content": {"application/problem+json": {"schema": problem}}}
                for status, text in REFUSED.items()
            },
            "schemas": dict(sorted(schemas.items())),
        },
    }


def _operation(operation: Operation, schemas: dict[str, JSON]) -> JSON:
    refused = (401, 403, 422, 429, *operation.refusals)
    found: JSON = {
        "operationId": operation.view.__name__,
        "summary": operation.summary,
        "description": f"{operation.text} Scope: `{operation.scope}`.".strip(),
        "parameters": _parameters(operation, schemas),
        "responses": {
            str(status): {
                "description": HTTPStatus(status).phrase,
                "content": {"application/json": {"schema": reference(schema, schemas)}},
            }
            for status, schema in operation.answers.items()
        }
        | {str(status): {"$ref": f"#/components/responses/{status}"} for status in sorted(refused)},
    }
    if operation.body is not None:
        content: JSON = {"application/json": {"schema": reference(operation.body, schemas)}}
        if operation.example is not None:
            content["application/json"]["example"] = operation.example
        if operation.form:
            content["multipart/form-data"] = {"schema": object_schema(operation.body, schemas, in_form=True)}
        found["requestBody"] = {"required": True, "content": content}
    return found


def _parameters(operation: Operation, schemas: dict[str, JSON]) -> list[JSON]:
    found = [dict(PARAMETERS[name]) for name in re.findall("<([a-z]+)>", operation.path)]
    if operation.method == "POST":
        found.append(dict(PARAMETERS[HEADER]))
    for name, field in (operation.query().fields if operation.query else {}).items():
        shape = field_schema(field, schemas)
        parameter = {"name": field.data_key or name, "in": "query", "required": False}
        parameter |= {"description": shape.pop("description")} if "description" in shape else {}
        if isinstance(field, fields.List):
            parameter |= {"style": "form", "explode": True}
        found.append({**parameter, "schema": shape})
    return found
