"""Opens a file as a table, by its name: CSV, gzipped CSV or XLSX."""

from collections.abc import Iterator
from contextlib import contextmanager
from itertools import islice
from pathlib import Path

from cxweb.imports.csv_rows import open_csv
from cxweb.imports.mapping import Mapping, parse_mapping
from cxweb.imports.refusals import CannotImport
from cxweb.imports.table import Row, Table
from cxweb.imports.xlsx_rows import open_xlsx


def read_mapping(path: Path, kind: str) -> Mapping:
    """The mapping of a TOML file. Raises CannotImport."""
    try:
        return parse_mapping(path.read_text(encoding="utf-8"), kind)
    except UnicodeDecodeError as error:
        raise CannotImport(f"The mapping {path.name} is not in UTF-8.") from error
    except OSError as error:
        raise CannotImport(f"The mapping {path} cannot be read: {error.strerror}.") from error


@contextmanager
def open_table(path: Path, mapping: Mapping, called: str = "", *, check: bool = True) -> Iterator[Table]:
    """The file's table, with every column the mapping names. Raises CannotImport.

    `called` is the name the file goes by; without `check` it is not read to its end first.
    """
    name = called or path.name
    if not name.lower().endswith((".csv", ".csv.gz", ".xlsx")):
        raise CannotImport(f"{name} is neither .csv nor .csv.gz nor .xlsx.")
    if not path.is_file():
        raise CannotImport(f"There is no file {called or path}.", "gone")
    if name.lower().endswith(".xlsx"):
        opened = open_xlsx(path, mapping.sheet, name)
    else:
        opened = open_csv(path, mapping.encoding, mapping.delimiter, name, check=check)
    try:
        with opened as table:
            _check_columns(table.header, mapping, name)
            yield table
    except PermissionError as error:
        raise CannotImport(f"{path} cannot be read: {error.strerror}.") from error


def _check_columns(header: list[str], mapping: Mapping, name: str) -> None:
    if not any(header):
        raise CannotImport(f"{name} has no header.", "no_header")
    for column in dict.fromkeys(column for columns in mapping.columns.values() for column in columns):
        if column not in header:
            sentence = f"{name} has no column {column}; it has {', '.join(header)[:300]}."
            raise CannotImport(sentence, "no_column", column)
        if header.count(column) > 1:
            raise CannotImport(f"{name} has the column {column} more than once.", "twice", column)


def batches(table: Table, size: int) -> Iterator[list[Row]]:
    """The rows in lists of at most `size`."""
    while batch := list(islice(table.rows, size)):
        yield batch
