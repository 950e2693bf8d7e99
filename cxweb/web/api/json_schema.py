"""Turns the shapes the API checks by into JSON Schema, so that its document cannot say anything else."""

from typing import Any

from marshmallow import Schema, fields, validate

JSON = dict[str, Any]
KINDS: dict[type[Any], str] = {
    fields.Integer: "integer",
    fields.Float: "number",
    fields.Boolean: "boolean",
    fields.Dict: "object",
    fields.String: "string",
}


def name_of(schema: type[Schema]) -> str:
    """What the document calls a shape: OrderSchema is Order."""
    return schema.__name__.removesuffix("Schema")


def object_schema(schema: type[Schema], found: dict[str, JSON], *, in_form: bool = False) -> JSON:
    """The schema of an object; shapes within it are added to `found` by their names, and referred to."""
    loaded = schema()
    properties: JSON = {}
    required = []
    for name, field in loaded.fields.items():
        key = field.data_key or name
        properties[key] = field_schema(field, found, in_form=in_form)
        if field.required:
            required.append(key)
    result: JSON = {"type": "object", "properties": properties}
    if required:
        result["required"] = required
    if loaded.unknown == "raise" and not schema.__name__.endswith("Shown"):
        result["additionalProperties"] = False
    if schema.__doc__ and schema.__module__.startswith("cxweb"):
        result["description"] = schema.__doc__
    return result


def reference(schema: type[Schema], found: dict[str, JSON]) -> JSON:
    """A reference to the schema, which is added to `found` where it is not there yet."""
    name = name_of(schema)
    if name not in found:
        found[name] = {}
        found[name] = object_schema(schema, found)
    return {"$ref": f"#/components/schemas/{name}"}


def field_schema(field: Any, found: dict[str, JSON], *, in_form: bool = False) -> JSON:
    """The schema of one field, with its limits, its description, and null where it takes that."""
    shape = _shape(field, found, in_form)
    for validator in field.validators:
        shape |= _limits(validator)
    if field.allow_none and not in_form:
        shape = _or_null(shape)
    described = field.metadata.get("description")
    if described:
        shape = {**shape, "description": described}
    return shape


def _shape(field: Any, found: dict[str, JSON], in_form: bool) -> JSON:
    if hasattr(field, "nested") and hasattr(field, "shape"):
        reference(field.nested, found)
    own = getattr(field, "shape_in_form", None) if in_form else None
    own = own or getattr(field, "shape", None)
    if own is not None:
        return dict(own)
    if isinstance(field, fields.Nested):
        return reference(type(field.schema), found)
    if isinstance(field, fields.List):
        return {"type": "array", "items": field_schema(field.inner, found)}
    return {"type": next(kind for cls, kind in KINDS.items() if isinstance(field, cls))}


def _limits(validator: Any) -> JSON:
    match validator:
        case validate.OneOf():
            return {"enum": list(validator.choices)}
        case validate.Regexp():
            return {"pattern": f"^{str(validator.regex.pattern).removesuffix(chr(92) + 'Z')}$"}
        case validate.Range():
            return {"minimum": validator.min, "maximum": validator.max}
        case validate.Length():
            most = validator.max if validator.equal is None else validator.equal
            return {"maxItems": most} if validator.equal is None else {"minItems": most, "maxItems": most}
    raise TypeError(f"{validator!r} has no place in the document")


def _or_null(shape: JSON) -> JSON:
    if "$ref" in shape:
        return {"anyOf": [shape, {"type": "null"}]}
    nullable = {**shape, "type": [shape["type"], "null"]}
    if "enum" in nullable:
        nullable["enum"] = [*nullable["enum"], None]
    return nullable
