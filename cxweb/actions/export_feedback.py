"""Makes the customer feedback's file while whoever asks waits, and keeps on record who took it."""

from cxweb.accounts.rules import Staff
from cxweb.actions.steps.export_folder import place_to_write
from cxweb.actions.steps.write_export import write_export
from cxweb.core.audit import record
from cxweb.core.db import transaction
from cxweb.reports.filters import ExportChoice
from cxweb.reports.rules import MadeFile


def export_feedback(choice: ExportChoice, by: Staff) -> MadeFile:
    """Write the file in the language in force. Raises ForbiddenAct and DiskFull; nothing is left behind then."""
    by.require("export")
    with place_to_write() as path:
        write_export(choice, by, path)
        with transaction():
            record(by.actor, "feedback.exported", "feedback", asked=choice.asked(), bytes=path.stat().st_size)
        return MadeFile(path.open("rb"), path.stat().st_size)
