"""Takes away what may quote an erased person without belonging to them: kept answers, rows of files, the files."""

import json
from collections.abc import Collection
from contextlib import suppress
from pathlib import Path

from flask import current_app
from sqlalchemy import Text, cast, delete, or_

from cxweb.core.db import Base, session
from cxweb.privacy.rules import LOOSE, LOOSE_FOLDERS


def forget_quotes(texts: Collection[str]) -> None:
    """Delete every row that quotes any of the texts, as it stands or as JSON writes it."""
    written = {form for text in texts if text for form in (text, json.dumps(text)[1:-1])}
    for name, columns in LOOSE.items():
        table = Base.metadata.tables.get(name)
        if table is None or not written:
            continue
        held = [cast(table.c[column], Text) for column in columns]
        quoting = [text.contains(form, autoescape=True) for text in held for form in written]
        session().execute(delete(table).where(or_(*quoting)) if quoting else delete(table))


def forget_files() -> None:
    """Delete the files that were made from the database or sent to it; locks stay, so that no two work at once."""
    data_dir: Path = current_app.config["CXWEB"].data_dir
    for folder in LOOSE_FOLDERS:
        for file in (data_dir / folder).rglob("*"):
            if file.is_file() and file.suffix != ".lock":
                with suppress(FileNotFoundError):
                    file.unlink()
