"""Writes who was erased, as keyed digests, into the journal that a restored backup is read against."""

from collections.abc import Iterable
from datetime import datetime
from pathlib import Path

from flask import current_app

from cxweb.actions.steps.digest_contact import lasting_key
from cxweb.core import journal, tokens

NAME = "erasures.jsonl"


def note_erasures(erased: Iterable[tuple[str, str]], at: datetime) -> None:
    """Add each kind and digest. Before the commit: an erasure that is noted and not done does no harm, the reverse
    would."""
    mark = key_mark()
    entries = ({"at": at.isoformat(), "kind": kind, "digest": digest, "key": mark} for kind, digest in erased)
    journal.append(journal_file(), entries)


def journal_file() -> Path:
    data_dir: Path = current_app.config["CXWEB"].data_dir
    return data_dir / NAME


def key_mark() -> str:
    """Which key the digests were made with, without telling it."""
    return tokens.keyed_digest(lasting_key(), "mark")[:16]
