"""Opens a finished file for the one person who asked for it, and keeps on record that it was taken."""

from cxweb.accounts.rules import Staff
from cxweb.actions.steps.export_folder import kept_file
from cxweb.core import clock
from cxweb.core.audit import record
from cxweb.core.db import transaction
from cxweb.reports.queries import export_of
from cxweb.reports.rules import MadeFile, UnknownReport


def open_export(export_id: int, by: Staff) -> tuple[MadeFile, str]:
    """The file and its name. Raises UnknownReport for another's, one that is not ready or no longer kept, and where
    the person no longer sees what it holds; ForbiddenAct where the role may not export any more."""
    by.require("export")
    with transaction():
        export = export_of(export_id, by.id)
        within = by.perimeter.whole or (export.sees is not None and by.perimeter.sees == frozenset(export.sees))
        if export.state != "ready" or export.expires_at <= clock.now() or not within:
            raise UnknownReport
        try:
            stream = kept_file(export).open("rb")
        except FileNotFoundError:
            raise UnknownReport from None
        record(by.actor, "feedback.export_taken", f"export:{export.id}", bytes=export.size)
    return MadeFile(stream, export.size or 0), export.file_name
