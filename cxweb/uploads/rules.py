"""The states of an uploaded file, and what may be done in each."""

import errno
import re
from collections.abc import Mapping

KINDS = ("orders", "ratings")
# Rows of these kinds are noted when an upload changes them.
CHANGED = ("order", "customer", "rating")
# `open`: its mapping is being made. `queued` and `running`: a job takes its rows in. `undoing`: a job takes them out.
STATES = ("open", "queued", "running", "done", "failed", "cancelled", "undoing", "undone")
AT_WORK = ("queued", "running", "undoing")
# How a person says what a file is, in this order.
STEPS = ("reading", "columns", "values", "check")
ENDED = ("done", "failed", "cancelled", "undone")
# Endings of file names by which a file is known, the longer first.
ENDINGS = (".csv.gz", ".csv", ".xlsx")
# What the system says where a disk, a quota or a file is at its limit.
FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
MOST_BYTES = 300 * 1024 * 1024
NAME = re.compile(r"[^\W_][\w .()-]{0,59}")


class CannotUpload(Exception):
    """The file is not taken; `problem` is `none`, `kind`, `empty` or `full`. Nothing was kept."""

    def __init__(self, problem: str) -> None:
        super().__init__(problem)
        self.problem = problem


class UnknownUpload(LookupError):
    """There is no such upload, or no such mapping."""


class WrongMoment(Exception):
    """The upload is not in a state in which this can be done: the page that asks for it is old."""


def ending_of(file_name: str) -> str:
    """The ending that says what the file is. Raises CannotUpload."""
    for ending in ENDINGS:
        if file_name.lower().endswith(ending):
            return ending
    raise CannotUpload("kind")


def is_mapping_name(text: str) -> bool:
    """Whether a mapping may be saved under the text: a name, not what looks like a file or an option."""
    return NAME.fullmatch(text) is not None and not text.endswith(".toml") and text == text.strip()


def reached(mapping: Mapping[str, object]) -> str:
    """The step at which a mapping stands: the first of which nothing was said."""
    for step, key in (("reading", "encoding"), ("columns", "columns"), ("values", "timezone")):
        if key not in mapping:
            return step
    return "check"


def may_begin(state: str, dry_run: bool, batches: int) -> bool:
    """Whether the file may be read and imported (again): nothing of it is in the database."""
    return state in ("open", "undone") or (
        state in ENDED and (dry_run or not batches) and not (state == "done" and not dry_run)
    )


def can_undo(state: str, dry_run: bool) -> bool:
    return state in ("done", "failed", "cancelled") and not dry_run
