"""A file beside the database that is only ever added to, a JSON object a line: it survives the database's own past."""

import json
import os
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path


def append(file: Path, entries: Iterable[Mapping[str, str]]) -> None:
    """Add the entries and wait until they are on the disk. Nobody but this user may read the file."""
    lines = "".join(json.dumps(entry, sort_keys=True) + "\n" for entry in entries)
    if not lines:
        return
    file.parent.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)
    with os.fdopen(descriptor, "ab") as stream:
        # In one piece, so that two processes at once do not mix their lines.
        stream.write(lines.encode())
        stream.flush()
        os.fsync(stream.fileno())


def entries_of(text: str) -> Iterator[dict[str, str]]:
    """The entries of a journal's text; a line that a crash cut short is left out."""
    for line in text.splitlines():
        try:
            entry = json.loads(line)
        except ValueError:
            continue
        if isinstance(entry, dict):
            yield {str(name): str(value) for name, value in entry.items()}


def read(file: Path) -> list[dict[str, str]]:
    """The entries of the file; none where there is no such file."""
    try:
        return list(entries_of(file.read_text(encoding="utf-8", errors="replace")))
    except FileNotFoundError:
        return []
