"""The one query object behind page, API and export: which orders and answers a report is about."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields, replace
from datetime import date, datetime, timedelta
from typing import TypeVarTuple
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Select, SQLColumnExpression, exists, select

from cxweb.accounts.rules import Perimeter
from cxweb.company.queries import branches, settings_now
from cxweb.company.rules import CompanySettings
from cxweb.core import clock
from cxweb.core.days import day_start as day_start
from cxweb.orders.models import CrewMember, Driver, Order, OrderTag
from cxweb.orders.queries import within
from cxweb.orders.rules import COMPLETED
from cxweb.ratings.models import Rating, RatingReason, SpamMark
from cxweb.surveys.models import SurveyVersion

Columns = TypeVarTuple("Columns")
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


def kept(chosen: ReportFilter, company: CompanySettings) -> ReportFilter:
    """The filter, narrowed to the time for which one person's figures are kept."""
    since = company.drivers_since(clock.now())
    return replace(chosen, start=max(chosen.start or since, since))


def conditions(
    chosen: ReportFilter, answered_at: SQLColumnExpression[datetime] = Rating.answered_at
) -> list[ColumnElement[bool]]:
    """What the filter asks of an order, and of the instant on its axis."""
    company = settings_now()
    start, end = bounds(kept(chosen, company) if chosen.driver else chosen, company.zone)
    instant = answered_at if chosen.axis == "answered" else Order.completed_at
    found: list[ColumnElement[bool]] = []
    if start:
        found.append(instant >= start)
    if end:
        found.append(instant < end)
    if chosen.channel:
        found.append(Order.channel.in_(chosen.channel))
    if chosen.depot:
        found.append(Order.depot_id.in_(branches(chosen.depot)))
    if chosen.driver:
        crew = select(CrewMember.order_id).join(Driver, Driver.id == CrewMember.driver_id)
        found.append(Order.id.in_(crew.where(Driver.ref.in_(chosen.driver))))
    if chosen.tag:
        found.append(Order.id.in_(select(OrderTag.order_id).where(OrderTag.tag.in_(chosen.tag))))
    return found


def of_answers(chosen: ReportFilter) -> list[ColumnElement[bool]]:
    """What the filter asks of an answer alone."""
    found: list[ColumnElement[bool]] = []
    if chosen.stars:
        found.append(Rating.stars.in_(chosen.stars))
    if chosen.survey:
        numbers = [int(ref) for ref in chosen.survey if ref.isascii() and ref.isdigit() and len(ref) < 10]
        found.append(SurveyVersion.number.in_(numbers))
    if chosen.reason:
        chosen_by = select(RatingReason.rating_id).where(RatingReason.code.in_(chosen.reason))
        found.append(Rating.id.in_(chosen_by))
    return found


def answers_of(
    columns: Select[*Columns], chosen: ReportFilter, perimeter: Perimeter, *, spam: bool = False
) -> Select[*Columns]:
    """The columns, selected from the answers the filter is about; with `spam` from those that are marked as spam."""
    statement = columns.select_from(Rating).join(Order, Order.id == Rating.order_id)
    statement = statement.outerjoin(SurveyVersion, SurveyVersion.id == Rating.survey_version_id)
    statement = within(statement, perimeter).where(~Order.is_test, *conditions(chosen), *of_answers(chosen))
    statement = statement.where(marked_as_spam() if spam else ~marked_as_spam())
    return statement.where(Order.status == COMPLETED) if chosen.axis == "completed" else statement


def marked_as_spam() -> ColumnElement[bool]:
    """Whether a spam mark of the answer stands: its order then counts as not rated."""
    return exists().where(SpamMark.rating_id == Rating.id, SpamMark.lifted_at.is_(None)).correlate(Rating)


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
