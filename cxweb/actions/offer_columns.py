"""Shows the columns of an uploaded file and which field each is probably; nothing is stored."""

from dataclasses import dataclass
from itertools import islice

from cxweb.accounts.rules import Staff
from cxweb.actions.steps.upload_table import open_upload_of, upload_table
from cxweb.imports.mapping import FIELDS, REQUIRED
from cxweb.imports.refusals import CannotImport as CannotImport
from cxweb.imports.suggestions import suggested_columns
from cxweb.imports.table import Row

SAMPLED, EXAMPLES, LONGEST_EXAMPLE = 200, 3, 40


@dataclass(frozen=True)
class ColumnOffer:
    """The fields, the columns they may be read from with some of their values, and what is chosen or suggested."""

    fields: tuple[str, ...]
    required: tuple[str, ...]
    # Columns whose name is empty or stands there twice cannot be told apart, and are left out.
    columns: list[str]
    examples: dict[str, list[str]]
    chosen: dict[str, list[str]]
    confirmed: bool


def offer_columns(upload_id: int, by: Staff) -> ColumnOffer:
    """Raises CannotImport where the file cannot be read as was said."""
    upload = open_upload_of(upload_id, by)
    with upload_table(upload, upload.mapping) as table:
        header, rows = table.header, list(islice(table.rows, SAMPLED))
    columns = [name for name in header if name and header.count(name) == 1]
    confirmed = upload.mapping.get("columns")
    chosen = {
        field: [names] if isinstance(names, str) else names
        for field, names in (confirmed or suggested_columns(header, upload.kind)).items()
    }
    return ColumnOffer(
        FIELDS[upload.kind],
        REQUIRED[upload.kind],
        columns,
        {name: _examples(rows, header.index(name)) for name in columns},
        {field: [name for name in names if name in columns] for field, names in chosen.items()},
        confirmed is not None,
    )


def _examples(rows: list[Row], place: int) -> list[str]:
    filled = (str(row.cells[place]).strip() for row in rows if row.broken is None and place < len(row.cells))
    return [text[:LONGEST_EXAMPLE] for text in list(dict.fromkeys(text for text in filled if text))[:EXAMPLES]]
