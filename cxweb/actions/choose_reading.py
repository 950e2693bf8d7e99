"""A person says in which encoding and with which delimiter, or from which sheet, an uploaded file is read."""

from cxweb.accounts.rules import Staff
from cxweb.actions.steps.upload_table import open_upload_of, upload_table
from cxweb.core.db import transaction
from cxweb.imports.mapping import check_reading
from cxweb.imports.refusals import CannotImport as CannotImport


def choose_reading(upload_id: int, encoding: str, delimiter: str, sheet: str, by: Staff) -> None:
    """Read the file to its end that way. Raises CannotImport where it cannot be read so; nothing is stored then."""
    check_reading(encoding, delimiter)
    upload = open_upload_of(upload_id, by)
    wanted = {"encoding": encoding, "delimiter": delimiter, **({"sheet": sheet} if sheet else {})}
    before = {name: upload.mapping.get(name) for name in ("encoding", "delimiter", "sheet")}
    with upload_table(upload, wanted, check=True) as table:
        if not any(table.header):
            raise CannotImport("The first line names no columns.", "no_header")
    with transaction():
        upload = open_upload_of(upload_id, by, lock=True)
        # Read otherwise, it has other columns: what was said of them holds no longer.
        same = before == {name: wanted.get(name) for name in before}
        upload.mapping, upload.state = {"kind": upload.kind, **wanted} if not same else upload.mapping, "open"
