"""How the times of a file become instants."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from cxweb.imports.formats import readers
from cxweb.imports.instants import WallClock
from cxweb.imports.refusals import RefusedRow

SAO_PAULO = WallClock(ZoneInfo("America/Sao_Paulo"), ["%Y-%m-%d %H:%M:%S"], ["%Y-%m-%d"])
PARIS = WallClock(ZoneInfo("Europe/Paris"), ["%d/%m/%Y %H:%M", "%Y-%m-%dT%H:%M:%S%z"], ["%d/%m/%Y"])


@pytest.mark.parametrize(
    ("clock", "text", "field", "instant"),
    [
        (SAO_PAULO, "2018-05-01 10:00:00", "created_at", datetime(2018, 5, 1, 13, tzinfo=UTC)),
        (SAO_PAULO, "2018-05-01", "completed_at", datetime(2018, 5, 1, 15, tzinfo=UTC)),
        (SAO_PAULO, "2018-05-01", "promised_to", datetime(2018, 5, 2, 2, 59, 59, tzinfo=UTC)),
        (SAO_PAULO, "2018-05-01", "promised_from", datetime(2018, 5, 1, 3, tzinfo=UTC)),
        # 23:00 to 24:00 happened twice that night; the first is meant.
        (SAO_PAULO, "2018-02-17 23:30:00", "created_at", datetime(2018, 2, 18, 1, 30, tzinfo=UTC)),
        (SAO_PAULO, "2018-02-17", "promised_to", datetime(2018, 2, 18, 1, 59, 59, tzinfo=UTC)),
        # That day began at one o'clock.
        (SAO_PAULO, "2017-10-15", "created_at", datetime(2017, 10, 15, 3, tzinfo=UTC)),
        (PARIS, "5/7/2026 3:04", "eta", datetime(2026, 7, 5, 1, 4, tzinfo=UTC)),
        (PARIS, "2026-07-05T03:04:05-0500", "eta", datetime(2026, 7, 5, 8, 4, 5, tzinfo=UTC)),
        (PARIS, date(2026, 7, 5), "eta", datetime(2026, 7, 5, 10, tzinfo=UTC)),
        (PARIS, datetime(2026, 7, 5, 3, 4), "eta", datetime(2026, 7, 5, 1, 4, tzinfo=UTC)),  # noqa: DTZ001
    ],
)
def test_a_wall_time_is_read_in_the_files_zone(
    clock: WallClock, text: str | date, field: str, instant: datetime
) -> None:
    assert clock.instant(text, field) == instant


@pytest.mark.parametrize(
    ("clock", "text", "reason"),
    [
        (SAO_PAULO, "2017-10-15 00:30:00", "does not exist in America/Sao_Paulo"),
        (PARIS, "29/03/2026 02:30", "does not exist in Europe/Paris"),
        (PARIS, "30/02/2026 02:30", "fits no format"),
        (PARIS, "05/07/2026 25:00", "fits no format"),
        (PARIS, "05/07/2026 03:04:05", "fits no format"),
        (PARIS, "०५/०७/२०२६", "fits no format"),
        (PARIS, "2026-07-05T03:04:05", "fits no format"),
        (PARIS, "01/01/0001", "is out of range"),
    ],
)
def test_a_time_that_does_not_exist_or_fits_nothing_is_refused(clock: WallClock, text: str, reason: str) -> None:
    with pytest.raises(RefusedRow, match=reason):
        clock.instant(text, "promised_from")


@pytest.mark.parametrize("form", ["%Y-%m-%d", "%d.%m.%Y", "%m/%d/%y", "%d %b %Y", "%Y%m%d"])
def test_every_reader_agrees_with_pythons_own(form: str) -> None:
    [read] = readers([form], with_time=False)
    for day in (datetime(2018, 1, 31), datetime(2020, 2, 29), datetime(2031, 12, 1)):  # noqa: DTZ001
        assert read(day.strftime(form)) == day
        assert read(day.strftime(form) + " ") is None
