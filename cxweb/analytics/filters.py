"""The one query object behind page, API and export: which orders and answers a report is about."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

AXES = ("completed", "answered")
SORTS = ("newest", "oldest", "lowest", "highest")
# What no ref, tag or code holds: control characters and odd line ends.
ODD = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")
NAMES = ("from", "to", "axis", "depot", "driver", "channel", "tag", "stars", "reason", "survey", "sort")


class InvalidFilter(ValueError):
    """Filter values that cannot be read; `errors` are pairs of parameter and what is wrong with it."""

    def __init__(self, errors: list[tuple[str, str]]) -> None:
        super().__init__("; ".join(f"{name}: {problem}" for name, problem in errors))
        self.errors = errors


@dataclass(frozen=True)
class ReportFilter:
    """Dates are inclusive days of the company's zone; other fields repeat as OR, and an empty one restricts nothing."""

    start: date | None = None
    end: date | None = None
    axis: str = "completed"
    depot: tuple[str, ...] = ()
    driver: tuple[str, ...] = ()
    channel: tuple[str, ...] = ()
    tag: tuple[str, ...] = ()
    stars: tuple[int, ...] = ()
    reason: tuple[str, ...] = ()
    survey: tuple[str, ...] = ()
    sort: str = "newest"

    @property
    def about_answers(self) -> bool:
        """Whether it restricts answers only, so that completed orders and rates mean nothing beside it."""
        return self.axis == "answered" or bool(self.stars or self.reason or self.survey)

    def normalised(self) -> dict[str, object]:
        """The filter as the API echoes it: only what restricts, under the parameters' names."""
        shown: dict[str, object] = {"axis": self.axis}
        for field in fields(self):
            value = getattr(self, field.name)
            if value and field.name not in {"axis", "sort"}:
                name = {"start": "from", "end": "to"}.get(field.name, field.name)
                shown[name] = value.isoformat() if isinstance(value, date) else list(value)
        return shown


def read(values: Mapping[str, Iterable[str]]) -> ReportFilter:
    """The filter of query parameters given as lists. Raises InvalidFilter with every error at once."""
    errors: list[tuple[str, str]] = []
    given = {name: [value for value in values.get(name, ()) if value] for name in NAMES}
    errors += [(name, "holds a control character") for name, found in given.items() if ODD.search("".join(found))]
    start, end = _day("from", given, errors), _day("to", given, errors)
    if start and end and start > end:
        errors.append(("to", "lies before from"))
    stars = []
    for text in given["stars"]:
        if text in {"1", "2", "3", "4", "5"}:
            stars.append(int(text))
        else:
            errors.append(("stars", "takes 1, 2, 3, 4 or 5"))
    axis, sort = _one("axis", AXES, given, errors), _one("sort", SORTS, given, errors)
    if errors:
        raise InvalidFilter(errors)
    lists = {
        name: tuple(dict.fromkeys(given[name])) for name in ("depot", "driver", "channel", "tag", "reason", "survey")
    }
    return ReportFilter(start=start, end=end, axis=axis, stars=tuple(sorted(set(stars))), sort=sort, **lists)


def bounds(chosen: ReportFilter, zone: ZoneInfo) -> tuple[datetime | None, datetime | None]:
    """The half-open span of instants [start, end) of the filter's days in the zone, in UTC; None is unbounded."""
    start = day_start(chosen.start, zone) if chosen.start else None
    end = day_start(chosen.end + timedelta(days=1), zone) if chosen.end else None
    return start, end


def day_start(day: date, zone: ZoneInfo) -> datetime:
    """The first instant of a day in the zone. Where midnight does not exist or occurs twice, fold=0 gives the first."""
    return datetime(day.year, day.month, day.day, tzinfo=zone).astimezone(UTC)


def _day(name: str, given: Mapping[str, list[str]], errors: list[tuple[str, str]]) -> date | None:
    if not given[name]:
        return None
    try:
        # Ten characters exactly: fromisoformat also reads week dates and dates without hyphens.
        day = datetime.strptime(given[name][-1], "%Y-%m-%d").date()  # noqa: DTZ007 - a day, not an instant
        if len(given[name][-1]) != 10 or not date(1970, 1, 1) <= day <= date(9990, 1, 1):
            raise ValueError
    except ValueError:
        errors.append((name, "takes a date such as 2026-11-17"))
        return None
    return day


def _one(name: str, allowed: tuple[str, ...], given: Mapping[str, list[str]], errors: list[tuple[str, str]]) -> str:
    value = given[name][-1] if given[name] else allowed[0]
    if value not in allowed:
        errors.append((name, f"takes one of {', '.join(allowed)}"))
    return value
