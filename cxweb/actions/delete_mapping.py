"""Deletes a saved mapping; uploads that were read by it keep what they were read by."""

from cxweb.accounts.rules import Staff
from cxweb.actions.steps.upload_table import ACT
from cxweb.core.audit import record
from cxweb.core.db import session, transaction
from cxweb.uploads.queries import saved_by_id


def delete_mapping(mapping_id: int, by: Staff) -> None:
    """Raises UnknownUpload and ForbiddenAct."""
    by.require_whole(ACT, changes=True)
    with transaction():
        session().delete(saved_by_id(mapping_id))
        record(by.actor, "mapping.deleted", f"mapping:{mapping_id}")
