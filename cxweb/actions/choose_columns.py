"""A person says which field is read from which columns of an uploaded file."""

from collections.abc import Mapping, Sequence

from cxweb.accounts.rules import Staff
from cxweb.actions.steps.upload_table import open_upload_of, upload_table
from cxweb.core.db import transaction
from cxweb.imports.mapping import BY_NAME, check_columns, drivers_by_name
from cxweb.imports.refusals import CannotImport as CannotImport


def choose_columns(upload_id: int, columns: Mapping[str, Sequence[str]], by: Staff) -> None:
    """Raises CannotImport where a required field has none, or the file no such column; nothing is stored then."""
    upload = open_upload_of(upload_id, by)
    wanted = {field: names[0] if len(names) == 1 else list(names) for field, names in columns.items() if names}
    check_columns(wanted, upload.kind)
    with upload_table(upload, upload.mapping) as table:
        missing = [name for names in columns.values() for name in names if table.header.count(name) != 1]
    if missing:
        raise CannotImport(f"{upload.file_name} has no column {missing[0]}.", "no_column", missing[0])
    with transaction():
        upload = open_upload_of(upload_id, by, lock=True)
        # What was said of the values holds for the same columns only.
        kept = dict(upload.mapping) if upload.mapping.get("columns") == wanted else _reading(upload.mapping)
        drivers = {"drivers": BY_NAME} if drivers_by_name(wanted) else {}
        upload.mapping, upload.state = {**kept, **drivers, "columns": wanted}, "open"


def _reading(mapping: Mapping[str, object]) -> dict[str, object]:
    return {name: mapping[name] for name in ("kind", "encoding", "delimiter", "sheet") if name in mapping}
