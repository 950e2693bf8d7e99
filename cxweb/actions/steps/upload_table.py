"""Opens an uploaded file while its mapping is still being made."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from cxweb.accounts.rules import Staff
from cxweb.actions.steps.upload_run import stored_file
from cxweb.imports.csv_rows import open_csv
from cxweb.imports.refusals import CannotImport
from cxweb.imports.table import Table
from cxweb.imports.xlsx_rows import open_xlsx
from cxweb.uploads.models import Upload
from cxweb.uploads.queries import by_id
from cxweb.uploads.rules import WrongMoment, may_begin

ACT = "settings"


def open_upload_of(upload_id: int, by: Staff, *, lock: bool = False) -> Upload:
    """The upload, whose mapping may still be changed. Raises UnknownUpload, ForbiddenAct and WrongMoment."""
    by.require_whole(ACT)
    upload = by_id(upload_id, lock=lock)
    if not upload.kept or not may_begin(upload.state, upload.dry_run, upload.batches):
        raise WrongMoment
    return upload


@contextmanager
def upload_table(upload: Upload, mapping: Mapping[str, Any], *, check: bool = False) -> Iterator[Table]:
    """Its table as the mapping's reading says. Raises CannotImport, also where the file is gone."""
    file = stored_file(upload)
    if not file.is_file():
        raise CannotImport("The file is no longer here. Upload it once more.", "gone")
    if file.name.endswith(".xlsx"):
        opened = open_xlsx(file, mapping.get("sheet", ""), upload.file_name)
    else:
        opened = open_csv(file, mapping["encoding"], mapping["delimiter"], upload.file_name, check=check)
    with opened as table:
        yield table
