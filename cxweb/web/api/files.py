"""A file of orders or ratings comes in by a mapping that was saved in the browser, as the command would take it."""

import csv
import tempfile
from base64 import b64decode
from binascii import Error
from itertools import islice
from pathlib import Path
from typing import Any

from flask import Response, jsonify
from marshmallow import Schema, ValidationError, fields

from cxweb.actions.import_orders import CannotImport, import_orders
from cxweb.actions.import_ratings import import_ratings
from cxweb.uploads.models import SavedMapping
from cxweb.uploads.queries import saved_by_name
from cxweb.web.api.fields import Flag, Text
from cxweb.web.api.keys import client, sent
from cxweb.web.api.problems import problem
from cxweb.web.api.schemas import Strict

# The file in base64, and the rest: some 20,000 orders, which take a few seconds.
LONGEST_BODY = 4 * 1024 * 1024
# So many refused rows are told one by one.
MOST_TOLD = 1_000


class Content(fields.Field[bytes]):
    """A file's bytes in base64."""

    shape = {"type": "string", "contentEncoding": "base64"}

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> bytes:
        try:
            return b64decode(value, validate=True)
        except (Error, TypeError, ValueError) as error:
            raise ValidationError("takes a file in base64") from error


class FileSchema(Strict):
    mapping = Text(longest=60, required=True, metadata={"description": "The name it was saved under in the browser."})
    content = Content(required=True, metadata={"description": "A CSV file as the mapping reads it, up to 3 MB."})
    dry_run = Flag(allow_none=True, metadata={"description": "Store nothing, and tell what would become of each row."})
    send = Flag(
        allow_none=True, metadata={"description": "Orders completed in the last 24 hours get their message, once."}
    )


def _count(text: str = "") -> fields.Integer:
    return fields.Integer(required=True, metadata={"description": text} if text else {})


class CountsShown(Schema):
    imported = _count("Not known when the run began.")
    updated = _count()
    superseded = _count("Another rating of the same order counts.")
    refused = _count()
    unchanged = _count()


class RefusedShown(Schema):
    line = _count("Where the row begins in the file; the header's is 1.")
    ref = fields.String(required=True)
    reason = fields.String(required=True)


class FileShown(Schema):
    """What became of the rows; each is counted once."""

    counts = fields.Nested(CountsShown, required=True)
    skipped = _count("Rows without any content.")
    refused = fields.List(
        fields.Nested(RefusedShown), required=True, metadata={"description": f"The first {MOST_TOLD:,} of them."}
    )


def import_file() -> Response:
    said = sent()
    mapping = saved_by_name(said["mapping"] or "") if client().perimeter.whole else None
    if mapping is None:
        return problem(404, "There is no such mapping for this key. Only keys of the whole company import files.")
    try:
        with tempfile.TemporaryDirectory(prefix="cxweb-") as name:
            return jsonify(_taken(Path(name), mapping, said))
    except CannotImport as error:
        return problem(422, str(error), [("/content", "cannot be read by this mapping")])


def _taken(folder: Path, mapping: SavedMapping, said: dict[str, Any]) -> dict[str, Any]:
    """Import what was sent; what FileShown shows. Raises CannotImport."""
    file, read_by, report = folder / "api.csv", folder / "mapping.toml", folder / "report.csv"
    file.write_bytes(said["content"])
    read_by.write_text(mapping.text, encoding="utf-8")
    dry_run = bool(said.get("dry_run"))
    if mapping.kind == "orders":
        tally = import_orders(file, read_by, report=report, dry_run=dry_run, send=bool(said.get("send")))
    else:
        tally = import_ratings(file, read_by, report=report, dry_run=dry_run)
    with report.open(encoding="utf-8", newline="") as stream:
        rows = list(islice(csv.DictReader(stream), MOST_TOLD))
    refused = [{"line": int(row["line"]), "ref": row["ref"], "reason": row["reason"]} for row in rows]
    counts = {outcome: tally.counts[outcome] for outcome in CountsShown().fields}
    return {"counts": counts, "skipped": tally.skipped, "refused": refused}
