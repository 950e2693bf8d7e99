"""Reads who was erased from a file that somebody names: a newer backup, or a copy of the journal."""

from pathlib import Path

from cxweb.actions.steps.backup_parts import ERASURES_PART
from cxweb.core import archive as archives
from cxweb.core import journal
from cxweb.core.archive import Unreadable


def read_journal(file: Path) -> list[dict[str, str]]:
    """Its entries. Raises Unreadable."""
    try:
        with archives.reading(file) as (archive, _):
            return list(journal.entries_of(archive.read(ERASURES_PART).decode()))
    except Unreadable:
        if not file.is_file():
            raise
        return journal.read(file)
