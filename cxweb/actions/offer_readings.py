"""Shows how an uploaded file may be read, for a person to choose; nothing is stored."""

from cxweb.accounts.rules import Staff
from cxweb.actions.steps.upload_run import stored_file
from cxweb.actions.steps.upload_table import open_upload_of
from cxweb.imports.readings import DELIMITERS as DELIMITERS
from cxweb.imports.readings import ENCODINGS as ENCODINGS
from cxweb.imports.readings import Reading, readings
from cxweb.imports.refusals import CannotImport as CannotImport


def offer_readings(upload_id: int, by: Staff) -> list[Reading]:
    """The plausible ones, the likeliest first. Raises CannotImport where the file is none that can be read at all."""
    file = stored_file(open_upload_of(upload_id, by))
    if not file.is_file():
        raise CannotImport("The file is no longer here. Upload it once more.", "gone")
    return readings(file)
