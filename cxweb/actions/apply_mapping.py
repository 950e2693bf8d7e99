"""Reads an uploaded file by a saved mapping, instead of asking everything once more."""

import tomllib

from cxweb.accounts.rules import Staff
from cxweb.actions.steps.upload_run import stored_file
from cxweb.actions.steps.upload_table import open_upload_of
from cxweb.core.db import transaction
from cxweb.imports.mapping import parse_mapping
from cxweb.imports.refusals import CannotImport as CannotImport
from cxweb.imports.rows import open_table
from cxweb.uploads.queries import saved_by_id


def apply_mapping(upload_id: int, mapping_id: int, by: Staff) -> None:
    """Raises CannotImport where the file is not one that the mapping reads; nothing is stored then."""
    upload = open_upload_of(upload_id, by)
    saved = saved_by_id(mapping_id)
    mapping = parse_mapping(saved.text, upload.kind)
    with open_table(stored_file(upload), mapping, upload.file_name):
        # Its columns are there, and it is in that encoding to its end.
        pass
    with transaction():
        upload = open_upload_of(upload_id, by, lock=True)
        upload.mapping, upload.mapping_name, upload.state = tomllib.loads(saved.text), saved.name, "open"
