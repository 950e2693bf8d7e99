"""What the benchmarks of uploads share: a file brought to where its job is asked for, as the pages do it."""

import tomllib
from pathlib import Path

from cxweb.accounts.rules import Perimeter, Staff
from cxweb.actions.choose_columns import choose_columns
from cxweb.actions.choose_reading import choose_reading
from cxweb.actions.choose_values import choose_values
from cxweb.actions.start_upload import start_upload
from cxweb.actions.take_upload import take_upload
from cxweb.imports.mapping import column_lists

ADMIN = Staff(1, "Admin", "admin@example.com", "admin", Perimeter(), None)


def started(file: Path, mapping: str) -> int:
    """The upload of a file of orders, read as the mapping's text says."""
    raw = tomllib.loads(mapping)
    with file.open("rb") as stream:
        upload_id = take_upload("orders", file.name, stream, ADMIN)
    choose_reading(upload_id, raw["encoding"], raw["delimiter"], "", ADMIN)
    choose_columns(upload_id, column_lists(raw["columns"]), ADMIN)
    formats = [*raw["datetime_formats"], *raw["date_formats"]]
    choose_values(upload_id, raw["timezone"], formats, raw["status"], raw["defaults"], ADMIN)
    start_upload(upload_id, ADMIN, dry_run=False, send=False)
    return upload_id
