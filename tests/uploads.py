"""Brings a file to where its import may begin, as the pages do it."""

import tomllib
from collections.abc import Mapping
from io import BytesIO
from pathlib import Path

from cxweb.accounts.rules import Staff
from cxweb.actions.choose_columns import choose_columns
from cxweb.actions.choose_reading import choose_reading
from cxweb.actions.choose_values import choose_values
from cxweb.actions.run_upload import run_upload
from cxweb.actions.start_upload import start_upload
from cxweb.actions.take_upload import take_upload
from cxweb.imports.mapping import column_lists
from cxweb.uploads.models import Upload
from cxweb.uploads.queries import by_id

COUNTS = ("imported", "updated", "superseded", "refused", "unchanged")


def uploaded(file: Path, mapping: str, kind: str, by: Staff) -> int:
    """An upload of the file whose mapping is made: what a TOML text says, chosen step by step."""
    raw = tomllib.loads(mapping)
    upload_id = take_upload(kind, file.name, BytesIO(file.read_bytes()), by)
    choose_reading(upload_id, raw["encoding"], raw["delimiter"], raw.get("sheet", ""), by)
    choose_columns(upload_id, column_lists(raw["columns"]), by)
    formats = [*raw.get("datetime_formats", []), *raw.get("date_formats", [])]
    choose_values(upload_id, raw["timezone"], formats, raw.get("status", {}), raw.get("defaults", {}), by)
    return upload_id


def taken_in(upload_id: int, by: Staff, *, dry_run: bool = False, send: bool = False) -> Upload:
    """The upload after its job."""
    start_upload(upload_id, by, dry_run=dry_run, send=send)
    run_upload(upload_id)
    return by_id(upload_id)


def counts(upload: Upload) -> list[int]:
    """Imported, updated, superseded, refused, unchanged."""
    found: Mapping[str, int] = upload.tally["counts"]
    return [found.get(name, 0) for name in COUNTS]
