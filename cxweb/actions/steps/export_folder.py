"""Where the files of exports stand: in the data folder, readable by nobody else on the machine."""

import errno
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from flask import current_app

from cxweb.reports.models import FeedbackExport
from cxweb.reports.rules import DiskFull

# The disk, the quota or the limit of a file's size is used up.
FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})


def export_folder() -> Path:
    """The folder, made where it is missing."""
    folder: Path = current_app.config["CXWEB"].data_dir / "exports"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder


def kept_file(export: FeedbackExport) -> Path:
    """Where an export's file is kept once it is ready; each attempt at it has a place of its own."""
    return export_folder() / f"{export.id}-{export.lease_token}.{export.format}"


@contextmanager
def place_to_write() -> Iterator[Path]:
    """A file's path in a folder that is gone afterwards, with all that was written there. Raises DiskFull."""
    try:
        with TemporaryDirectory(dir=export_folder(), prefix="making-") as folder:
            yield Path(folder) / "file"
    except OSError as error:
        if error.errno in FULL:
            raise DiskFull from error
        raise
