"""The file of the key that signs the staff's cookies, and its rotation."""

import os
import secrets
from datetime import datetime
from pathlib import Path


def rotate(file: Path, now: datetime, until: datetime) -> None:
    """Put a new key first. The one before, and older ones that are not over yet, verify until their instants.

    Whoever reads the file meanwhile sees the old state or the new one, and nobody else may read it. Raises OSError.
    """
    lines = file.read_text(encoding="ascii").split("\n")
    key, *former = [line.strip() for line in lines if line.strip()]
    kept = [line for line in former if line.partition(" ")[2] > now.isoformat()]
    new = file.with_name(f"{file.name}.new")
    new.unlink(missing_ok=True)
    descriptor = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    with os.fdopen(descriptor, "w", encoding="ascii") as stream:
        stream.write("\n".join([secrets.token_urlsafe(32), f"{key} {until.isoformat()}", *kept]) + "\n")
        stream.flush()
        os.fsync(stream.fileno())
    new.replace(file)
