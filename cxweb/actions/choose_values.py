"""A person says how the dates of an uploaded file are read, in which zone, and which status each word is."""

from collections.abc import Mapping, Sequence

from cxweb.accounts.rules import Staff
from cxweb.actions.steps.upload_table import open_upload_of
from cxweb.core.db import transaction
from cxweb.imports.date_shapes import is_timed
from cxweb.imports.mapping import mapping_of
from cxweb.imports.refusals import CannotImport as CannotImport


def choose_values(
    upload_id: int,
    timezone: str,
    formats: Sequence[str],
    words: Mapping[str, str],
    defaults: Mapping[str, str],
    by: Staff,
) -> None:
    """The mapping is complete with that. Raises CannotImport where it cannot be used; nothing is stored then."""
    unlike = list(dict.fromkeys(formats))
    said = {
        "timezone": timezone,
        "datetime_formats": [form for form in unlike if is_timed(form)],
        "date_formats": [form for form in unlike if not is_timed(form)],
        "status": dict(words),
        "defaults": dict(defaults),
    }
    with transaction():
        upload = open_upload_of(upload_id, by, lock=True)
        known = {name: value for name, value in upload.mapping.items() if name not in said}
        wanted = {**known, **{name: value for name, value in said.items() if value}}
        mapping_of(wanted, upload.kind)
        upload.mapping, upload.state = wanted, "open"
