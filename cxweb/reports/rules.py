"""What an export holds, when it is made at once, how long it is kept, and which period a report is sent for."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import BinaryIO
from zoneinfo import ZoneInfo

# So many comments are written while whoever asks waits; more are written by a job.
AT_ONCE = 50_000
# A sheet of a workbook holds no more, with its titles and its totals.
MOST_ROWS = 1_048_576 - 2
KEPT = timedelta(days=7)
# Who writes a file tells every so often how far it is; who is silent for a lease is taken for dead.
TELL_EVERY_S = 1.0
LEASE = timedelta(seconds=30)
# The last step, packing the file, tells nothing; it takes less than a second for so many rows on the slowest machine.
PACKED_IN_A_SECOND = 5_000
MOST_ATTEMPTS = 5
# No sooner in the morning is a report sent, on the day behind its period.
SENT_AT = time(7)
# A report that could not be sent for so long is no news any more.
MAIL_EXPIRY = timedelta(days=3)
NEVER, WEEKLY, MONTHLY = "never", "weekly", "monthly"
SCHEDULES = (NEVER, WEEKLY, MONTHLY)
LONGEST_NAME = 80
MOST_REPORTS = 50


class NameTaken(Exception):
    """The person has another report of this name."""


class TooManyReports(Exception):
    """The person keeps MOST_REPORTS already."""


class UnknownReport(Exception):
    """There is no such report, or file, of this person."""


class TooManyRows(Exception):
    """A sheet of a workbook cannot hold so many rows."""


class DiskFull(Exception):
    """The machine has no place for the file; nothing of it was kept."""


@dataclass(frozen=True)
class MadeFile:
    """A file to be read once, and closed by whoever reads it."""

    stream: BinaryIO
    size: int


@dataclass(frozen=True)
class Comment:
    """What a customer wrote, about which order; `drivers` are empty where their names are no longer kept."""

    completed_at: datetime | None
    answered_at: datetime
    order: str
    depot: str | None
    channel: str
    stars: int
    comment: str | None
    open: str | None
    nps: int | None
    ces: int | None
    drivers: tuple[str, ...]
    reasons: tuple[str, ...]


@dataclass(frozen=True)
class Period:
    """Days, both included, and the instant from which their report is sent."""

    starts: date
    ends: date
    due_at: datetime


def lease_of(rows: int) -> timedelta:
    """How long whoever writes so many comments may be silent."""
    return LEASE + timedelta(seconds=rows // PACKED_IN_A_SECOND)


def last_full(schedule: str, now: datetime, zone: ZoneInfo) -> Period:
    """The last week from Monday to Sunday, or the last calendar month, that is over in the zone."""
    today = now.astimezone(zone).date()
    behind = today - timedelta(days=today.weekday()) if schedule == WEEKLY else today.replace(day=1)
    ends = behind - timedelta(days=1)
    starts = behind - timedelta(days=7) if schedule == WEEKLY else ends.replace(day=1)
    return Period(starts, ends, datetime.combine(behind, SENT_AT, zone))


def before_it(starts: date, ends: date) -> date:
    """The first day of the week, or the month, before the one from `starts` to `ends`."""
    if (ends - starts).days == 6:
        return starts - timedelta(days=7)
    return (starts - timedelta(days=1)).replace(day=1)
