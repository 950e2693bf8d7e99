"""Keeps an upload's mapping under a name, for the next file, the command line and other programs."""

from sqlalchemy import select

from cxweb.accounts.rules import Staff
from cxweb.actions.steps.upload_table import ACT
from cxweb.core import clock
from cxweb.core.audit import record
from cxweb.core.db import session, transaction, upsert_many
from cxweb.imports.mapping import mapping_of
from cxweb.imports.mapping_text import mapping_text
from cxweb.imports.refusals import CannotImport as CannotImport
from cxweb.uploads.models import SavedMapping
from cxweb.uploads.queries import by_id
from cxweb.uploads.rules import is_mapping_name


def save_mapping(upload_id: int, name: str, by: Staff) -> None:
    """One of that name is replaced. Raises CannotImport while the mapping is not complete, ValueError for no name."""
    by.require_whole(ACT, changes=True)
    if not is_mapping_name(name):
        raise ValueError("no name")
    with transaction():
        upload = by_id(upload_id, lock=True)
        mapping_of(upload.mapping, upload.kind)
        text = mapping_text(upload.mapping)
        row = {"name": name, "kind": upload.kind, "text": text, "saved_at": clock.now(), "saved_by": by.actor}
        upsert_many(SavedMapping, [row], "name")
        upload.mapping_name = name
        saved_id = session().scalar(select(SavedMapping.id).where(SavedMapping.name == name))
        record(by.actor, "mapping.saved", f"mapping:{saved_id}", kind=upload.kind)
