"""The OpenAPI document as a reader takes it in: each operation with its fields in rows, and a call to try."""

import json
import shlex
from collections.abc import Iterator
from dataclasses import dataclass

from cxweb.web.api.json_schema import JSON


@dataclass(frozen=True)
class Row:
    """A field: its name with those it stands in, what it takes, and what it is."""

    depth: int
    name: str
    kind: str
    required: bool
    text: str


@dataclass(frozen=True)
class Entry:
    """An operation, ready to be read."""

    id: str
    method: str
    path: str
    summary: str
    text: str
    parameters: list[Row]
    body: list[Row]
    answer: list[Row]
    answered: str
    refused: list[tuple[str, str]]
    call: str


def entries(api: JSON) -> list[Entry]:
    """The operations in the order of the document."""
    return [
        _entry(api, path, method, operation)
        for path, methods in api["paths"].items()
        for method, operation in methods.items()
    ]


def _entry(api: JSON, path: str, method: str, operation: JSON) -> Entry:
    answers = {code: answer for code, answer in operation["responses"].items() if code.startswith("2")}
    content = operation.get("requestBody", {}).get("content", {}).get("application/json", {})
    first = next(iter(answers.values()))["content"]["application/json"]["schema"]
    return Entry(
        id=operation["operationId"],
        method=method.upper(),
        path=path,
        summary=operation["summary"],
        text=operation["description"],
        parameters=[
            Row(0, one["name"], _kind(api, one["schema"]), one["required"], one.get("description", ""))
            for one in operation["parameters"]
        ],
        body=list(_rows(api, content.get("schema", {}))),
        answer=list(_rows(api, first)),
        answered=" or ".join(sorted(answers)),
        refused=[
            (code, api["components"]["responses"][code]["description"])
            for code in operation["responses"]
            if code not in answers
        ],
        call=_call(api, path, method, content.get("example")),
    )


def _rows(api: JSON, schema: JSON, depth: int = 0) -> Iterator[Row]:
    """A row for each field, those of objects within it below their own."""
    found = _resolved(api, schema)
    for name, field in found.get("properties", {}).items():
        text = field.get("description", "")
        yield Row(depth, name, _kind(api, field), name in found.get("required", ()), text)
        yield from _rows(api, _inner(field), depth + 1)


def _inner(field: JSON) -> JSON:
    """What a field holds, without its list and its null."""
    if "items" in field:
        return _inner(field["items"])
    if "anyOf" in field:
        return _inner(field["anyOf"][0])
    return field


def _resolved(api: JSON, schema: JSON) -> JSON:
    name = str(schema.get("$ref", "")).rpartition("/")[2]
    found: JSON = api["components"]["schemas"][name] if name else schema
    return found


def _kind(api: JSON, field: JSON) -> str:
    """What a field takes, in words."""
    if "anyOf" in field:
        kinds = dict.fromkeys(_kind(api, _resolved(api, one)) for one in field["anyOf"])
        return ", or ".join(kinds)
    if "$ref" in field:
        return _kind(api, _resolved(api, field))
    types = field["type"] if isinstance(field["type"], list) else [field["type"]]
    kind = _limits(api, field, str(types[0]))
    return ", or ".join([kind, *map(str, types[1:])])


def _limits(api: JSON, field: JSON, kind: str) -> str:
    if "enum" in field:
        return ", ".join(str(value) for value in field["enum"] if value is not None)
    if kind == "array":
        most = f" (at most {field['maxItems']:,})" if "maxItems" in field else ""
        return f"list of {_kind(api, field['items'])}{most}"
    if "minimum" in field:
        return f"{field['minimum']} to {field['maximum']}"
    known = {"date-time": "instant", "date": "date"}.get(str(field.get("format")))
    if known or "contentEncoding" in field:
        return known or str(field["contentEncoding"])
    kind = {"string": "text"}.get(kind, kind)
    return f"{kind} up to {field['maxLength']}" if "maxLength" in field else kind


def _call(api: JSON, path: str, method: str, example: JSON | None) -> str:
    """The operation as a line of the shell."""
    address = api["servers"][0]["url"] + path.replace("{ref}", "A-4821")
    lines = [f"curl {'' if method == 'get' else f'-X {method.upper()} '}{shlex.quote(address)}"]
    lines.append('-H "Authorization: Bearer $KEY"')
    if example is not None:
        lines += [
            '-H "Content-Type: application/json"',
            f"-d {shlex.quote(json.dumps(example, ensure_ascii=False, indent=2))}",
        ]
    return " \\\n  ".join(lines)
