"""Writes the file of an export: under a lease, with its progress, and anew by another where this process dies."""

import logging
import os
import time
from pathlib import Path

from cxweb.actions.steps.export_folder import export_folder, place_to_write
from cxweb.actions.steps.export_lease import (
    ExportLease,
    LeaseLost,
    claim_export,
    fail_export,
    finish_export,
    give_back,
    tell_rows,
)
from cxweb.actions.steps.write_export import write_export
from cxweb.core import clock
from cxweb.core.batch import stopping
from cxweb.core.db import transaction
from cxweb.core.i18n import speaking
from cxweb.reports.rules import TELL_EVERY_S, DiskFull

log = logging.getLogger(__name__)


class _Stopped(Exception):
    """This process was asked to stop."""


def build_export(export_id: int) -> None:
    """Build the export if it is free. What comes of it is written on its row."""
    with transaction():
        lease = claim_export(export_id, clock.now())
    if lease is None:
        return
    try:
        with speaking(lease.language), place_to_write() as path:
            write_export(lease.choice, lease.by, path, _Teller(lease))
            _keep(lease, path)
    except LeaseLost:
        log.warning("export %s was taken over by another process", export_id)
    except _Stopped:
        with transaction():
            give_back(lease)
    except DiskFull:
        log.error("no room on the disk for export %s", export_id)
        with transaction():
            fail_export(lease, "disk_full")


class _Teller:
    """Writes the progress, not more often than TELL_EVERY_S."""

    def __init__(self, lease: ExportLease) -> None:
        self.lease = lease
        self.next_at = 0.0

    def __call__(self, done: int) -> None:
        if stopping():
            raise _Stopped
        if time.monotonic() >= self.next_at:
            self.next_at = time.monotonic() + TELL_EVERY_S
            with transaction():
                tell_rows(self.lease, done, clock.now())


def _keep(lease: ExportLease, path: Path) -> None:
    """Put the finished file where it is fetched from; the row says so only once it is on the disk."""
    kept = export_folder() / f"{lease.export_id}-{lease.token}.{lease.choice.format}"
    with path.open("rb") as file:
        os.fsync(file.fileno())
    path.replace(kept)
    try:
        with transaction():
            finish_export(lease, kept.stat().st_size, clock.now())
    except BaseException:
        kept.unlink(missing_ok=True)
        raise
