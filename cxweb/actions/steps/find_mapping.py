"""Finds the mapping that somebody names: a file, or one that was saved under a name."""

from pathlib import Path

from cxweb.imports.mapping import Mapping, parse_mapping
from cxweb.imports.refusals import CannotImport
from cxweb.imports.rows import read_mapping
from cxweb.uploads.queries import saved_by_name


def find_mapping(named: Path, kind: str) -> Mapping:
    """The mapping of that file, or else the saved one of that name. Raises CannotImport."""
    saved = None if named.is_file() else saved_by_name(str(named))
    if saved is None:
        return read_mapping(named, kind)
    if saved.kind != kind:
        raise CannotImport(f"The saved mapping {saved.name} is one of {saved.kind}, not of {kind}.")
    return parse_mapping(saved.text, kind)
