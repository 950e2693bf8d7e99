"""Files that are kept for a while in the data folder, for the account the product runs under alone."""

import fcntl
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from flask import current_app

from cxweb.settings import Settings


def folder(name: str) -> Path:
    """A folder of the data folder that nobody else may open."""
    kept: Settings = current_app.config["CXWEB"]
    path = kept.data_dir / name
    path.mkdir(mode=0o700, parents=True, exist_ok=True)
    return path


def keep(stream: IO[bytes], path: Path) -> int:
    """Copy the stream into a new file; how many bytes there were. What cannot be written whole is not kept."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as target:
            shutil.copyfileobj(stream, target, 1 << 20)
            target.flush()
            os.fsync(target.fileno())
    except OSError:
        path.unlink(missing_ok=True)
        raise
    return path.stat().st_size


@contextmanager
def alone(path: Path) -> Iterator[bool]:
    """Whether this process alone holds the lock of that name, for the length of the block.

    The system takes the lock back from a process that is gone, however it went: who gets it knows that nobody is at
    work, without waiting for any lease to end.
    """
    with path.open("ab") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
            return
        yield True
