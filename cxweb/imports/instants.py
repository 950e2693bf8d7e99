"""Reads the wall times of a file in its zone as instants."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, time
from functools import lru_cache
from zoneinfo import ZoneInfo

from cxweb.imports.formats import check_unambiguous, readers
from cxweb.imports.refusals import RefusedRow, quoted
from cxweb.imports.table import Cell
from cxweb.orders.rules import EARLIEST, LATEST

# Which time of its day a bare date stands for. A promise holds to the day's end; a completion was at some time of it.
TIME_OF_DAY = {
    "promised_from": time(0, 0),
    "promised_to": time(23, 59, 59),
    "eta": time(12, 0),
    "created_at": time(0, 0),
    "completed_at": time(12, 0),
    "answered_at": time(12, 0),
}


class WallClock:
    """A zone and the formats its times are written in."""

    def __init__(self, zone: ZoneInfo, datetime_formats: Sequence[str], date_formats: Sequence[str]) -> None:
        """Raises CannotImport for formats that cannot be used or contradict each other."""
        self.zone = zone
        self._datetimes = readers(datetime_formats, with_time=True)
        self._dates = readers(date_formats, with_time=False)
        check_unambiguous(datetime_formats)
        check_unambiguous(date_formats)
        # A file names the same days over and over.
        self._day = lru_cache(maxsize=4096)(self._day_uncached)

    def instant(self, cell: Cell, field: str) -> datetime:
        """The instant a filled cell stands for, in UTC. Raises RefusedRow."""
        if isinstance(cell, str):
            for read in self._datetimes:
                wall = read(cell)
                if wall is not None:
                    return self._at(wall, field)
            return self._day(cell, field)
        if isinstance(cell, datetime):
            return self._at(cell, field)
        return self._of_day(cell, field)

    def _day_uncached(self, text: str, field: str) -> datetime:
        for read in self._dates:
            wall = read(text)
            if wall is not None:
                return self._of_day(wall.date(), field)
        raise RefusedRow(f"{field} {quoted(text)} fits no format of the mapping", "no_format", field)

    def _of_day(self, day: date, field: str) -> datetime:
        """Some days begin at one o'clock: the time of day then means the first instant after the gap."""
        return self._utc(datetime.combine(day, TIME_OF_DAY[field]), field)

    def _at(self, wall: datetime, field: str) -> datetime:
        instant = self._utc(wall, field)
        if wall.tzinfo is None and instant.astimezone(self.zone).replace(tzinfo=None) != wall:
            reason = f"{field} {wall:%Y-%m-%d %H:%M:%S} does not exist in {self.zone}: the clocks were changed"
            raise RefusedRow(reason, "no_such_time", field)
        return instant

    def _utc(self, wall: datetime, field: str) -> datetime:
        """A time that occurs twice is its first occurrence, as `fold` is 0."""
        try:
            found = (wall.replace(tzinfo=self.zone) if wall.tzinfo is None else wall).astimezone(UTC)
            if EARLIEST <= found <= LATEST:
                return found
        except (OverflowError, ValueError) as error:
            raise RefusedRow(f"{field} {wall.isoformat()} is out of range", "out_of_range", field) from error
        raise RefusedRow(f"{field} {wall.isoformat()} is out of range", "out_of_range", field)
