"""Counting and listing orders and answers for a report, always within a perimeter."""

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any, TypeVarTuple

from sqlalchemy import ColumnElement, Select, SQLColumnExpression, and_, case, exists, false, func, or_, select

from cxweb.accounts.rules import Perimeter
from cxweb.analytics import rules
from cxweb.analytics.filters import ReportFilter, bounds
from cxweb.analytics.rules import FIVE_STARS, LEAST_OF_A_DRIVER, Counts, Feedback, Mean, figures, mean
from cxweb.company.queries import branches, settings_now
from cxweb.company.rules import CompanySettings
from cxweb.core import clock, paging
from cxweb.core.db import session
from cxweb.core.paging import Page
from cxweb.orders.models import CrewMember, Driver, Order, OrderTag
from cxweb.orders.queries import crews, within
from cxweb.orders.rules import COMPLETED, alphabetical
from cxweb.ratings.models import PhoneRating, Rating, SpamMark
from cxweb.surveys.models import SurveyVersion

Columns = TypeVarTuple("Columns")


def feedback(chosen: ReportFilter, perimeter: Perimeter) -> Feedback:
    """The figures of the filter within the perimeter."""
    return figures(counts(chosen, perimeter))


def counts(chosen: ReportFilter, perimeter: Perimeter) -> Counts:
    """The raw numbers behind the figures; an order handled by several drivers counts once."""
    completed, eligible, rated = (None, None, None) if chosen.about_answers else _order_counts(chosen, perimeter)
    answers = answers_of(select(*_histogram()), chosen, perimeter)
    values = [int(value or 0) for value in session().execute(answers).one()]
    return Counts(
        completed,
        eligible,
        rated,
        tuple(values[:5]),
        tuple(values[5:10]),
        tuple(values[10:21]),
        tuple(values[21:26]),
        spam=session().scalar(answers_of(select(func.count()), chosen, perimeter, spam=True)) or 0,
        by_phone=_phone_count(chosen, perimeter),
    )


def answers_of(
    columns: Select[*Columns], chosen: ReportFilter, perimeter: Perimeter, *, spam: bool = False
) -> Select[*Columns]:
    """The columns, selected from the answers the filter is about; with `spam` from those that are marked as spam."""
    statement = columns.select_from(Rating).join(Order, Order.id == Rating.order_id)
    statement = statement.outerjoin(SurveyVersion, SurveyVersion.id == Rating.survey_version_id)
    statement = within(statement, perimeter).where(~Order.is_test, *_conditions(chosen))
    statement = statement.where(_marked_as_spam() if spam else ~_marked_as_spam())
    if chosen.axis == "completed":
        statement = statement.where(Order.status == COMPLETED)
    if chosen.stars:
        statement = statement.where(Rating.stars.in_(chosen.stars))
    if chosen.survey:
        numbers = [int(ref) for ref in chosen.survey if ref.isascii() and ref.isdigit() and len(ref) < 10]
        statement = statement.where(SurveyVersion.number.in_(numbers))
    if chosen.reason:
        # No survey asks for reasons yet, and an unknown reason gives nothing.
        statement = statement.where(false())
    return statement


def _marked_as_spam() -> ColumnElement[bool]:
    """Whether a spam mark of the answer stands: its order then counts as not rated."""
    return exists().where(SpamMark.rating_id == Rating.id, SpamMark.lifted_at.is_(None)).correlate(Rating)


def _phone_count(chosen: ReportFilter, perimeter: Perimeter) -> int:
    """What was only said on the phone, on the axis of its own instant; filters on answers leave it out."""
    if chosen.survey or chosen.reason:
        return 0
    own = ~exists().where(Rating.order_id == Order.id).correlate(Order)
    statement = select(func.count()).select_from(PhoneRating).join(Order, Order.id == PhoneRating.order_id)
    statement = within(statement, perimeter).where(~Order.is_test, own, *_conditions(chosen, PhoneRating.recorded_at))
    if chosen.stars:
        statement = statement.where(PhoneRating.stars.in_(chosen.stars))
    return session().scalar(statement) or 0


def _order_counts(chosen: ReportFilter, perimeter: Perimeter) -> tuple[int, int, int]:
    rated = and_(Order.eligible, Rating.id.is_not(None), ~_marked_as_spam())
    statement = (
        select(func.count(), func.sum(case((Order.eligible, 1), else_=0)), func.sum(case((rated, 1), else_=0)))
        .select_from(Order)
        .outerjoin(Rating, Rating.order_id == Order.id)
        .where(Order.status == COMPLETED, ~Order.is_test, *_conditions(chosen))
    )
    completed, eligible, with_rating = session().execute(within(statement, perimeter)).one()
    return int(completed), int(eligible or 0), int(with_rating or 0)


def _histogram() -> list[ColumnElement[Any]]:
    def tally(condition: ColumnElement[bool]) -> ColumnElement[Any]:
        return func.sum(case((condition, 1), else_=0))

    without_nps = or_(SurveyVersion.asks_nps.is_(None), ~SurveyVersion.asks_nps)
    stars = range(1, 6)
    return [
        *(tally(Rating.stars == n) for n in stars),
        *(tally(and_(Rating.stars == n, without_nps)) for n in stars),
        *(tally(Rating.nps == n) for n in range(11)),
        *(tally(Rating.ces == n) for n in stars),
    ]


def _conditions(
    chosen: ReportFilter, answered_at: SQLColumnExpression[datetime] = Rating.answered_at
) -> list[ColumnElement[bool]]:
    """What the filter asks of an order, and of the instant on its axis."""
    company = settings_now()
    start, end = bounds(_kept(chosen, company) if chosen.driver else chosen, company.zone)
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


def _kept(chosen: ReportFilter, company: CompanySettings) -> ReportFilter:
    """The filter, narrowed to the time for which one person's figures are kept."""
    since = company.drivers_since(clock.now())
    return replace(chosen, start=max(chosen.start or since, since))


@dataclass(frozen=True)
class Answer:
    """A line of a list of answers: what was said, about which order, by whom it was brought."""

    id: int
    stars: int
    comment: str | None
    language: str | None
    answered_at: datetime
    order_id: int
    ref: str
    drivers: list[tuple[int, str]]


# Ties of newest and oldest: by id; of lowest and highest: the newest answer first, then by id.
_SORTS: dict[str, list[tuple[SQLColumnExpression[Any], bool]]] = {
    "newest": [(Rating.answered_at, True), (Rating.id, False)],
    "oldest": [(Rating.answered_at, False), (Rating.id, False)],
    "lowest": [(Rating.stars, False), (Rating.answered_at, True), (Rating.id, False)],
    "highest": [(Rating.stars, True), (Rating.answered_at, True), (Rating.id, False)],
}


def answers(
    chosen: ReportFilter,
    perimeter: Perimeter,
    words: str = "",
    cursor: str | None = None,
    size: int = 30,
    *,
    spam: bool = False,
) -> Page[Answer]:
    """The answers of the filter whose comment holds the words, in the filter's order. Raises paging.BadCursor."""
    order = _SORTS[chosen.sort]
    columns = (Rating.id, Rating.stars, Rating.comment, Rating.language, Rating.answered_at, Order.id, Order.ref)
    statement = _with_words(answers_of(select(*columns), chosen, perimeter, spam=spam), words)
    if cursor:
        *stars, answered_at, id_ = paging.decode(cursor, len(order))
        numbers = [paging.number(value, cursor) for value in (*stars, id_)]
        key = (*numbers[:-1], paging.instant(answered_at, cursor), numbers[-1])
        statement = statement.where(paging.after(order, key))
    statement = statement.order_by(*(column.desc() if down else column.asc() for column, down in order))
    rows = session().execute(statement.limit(size + 1)).all()
    crew = crews([row[5] for row in rows])
    found = [Answer(*row, crew.get(row[5], [])) for row in rows]
    with_stars = len(order) == 3
    return paging.cut(
        found, size, lambda row: (*([row.stars] if with_stars else []), row.answered_at.isoformat(), row.id)
    )


def stars_of(chosen: ReportFilter, perimeter: Perimeter, words: str = "") -> Mean:
    """The stars of the same answers, with n, mean and interval."""
    statement = _with_words(answers_of(select(*_tallies()), chosen, perimeter), words)
    return mean([int(value or 0) for value in session().execute(statement).one()], FIVE_STARS)


def _tallies() -> list[ColumnElement[Any]]:
    return [func.sum(case((Rating.stars == n, 1), else_=0)) for n in FIVE_STARS]


def _with_words(statement: Select[*Columns], words: str) -> Select[*Columns]:
    return statement.where(Rating.comment.icontains(words, autoescape=True)) if words else statement


@dataclass(frozen=True)
class DriverRow:
    """A line of the drivers' table. `rank` is None below the company's threshold, and for all while ranking is off."""

    driver: Driver
    completed: int
    rated: int
    stars: Mean
    rank: int | None = None

    @property
    def n(self) -> int:
        return self.stars.n

    @property
    def mean(self) -> float | None:
        """None below LEAST_OF_A_DRIVER answers: few say little of a person."""
        return self.stars.mean if self.n >= LEAST_OF_A_DRIVER else None


def driver_rows(chosen: ReportFilter, perimeter: Perimeter, drivers: list[Driver]) -> list[DriverRow]:
    """These drivers' orders and answers; an order handled by several counts for each of them."""
    company = settings_now()
    chosen = _kept(chosen, company)
    rated = case((and_(Order.eligible, Rating.id.is_not(None), ~_marked_as_spam()), 1), else_=0)
    orders = (
        select(CrewMember.driver_id, func.count(), func.sum(rated))
        .select_from(Order)
        .join(CrewMember, CrewMember.order_id == Order.id)
        .outerjoin(Rating, Rating.order_id == Order.id)
        .where(Order.status == COMPLETED, ~Order.is_test, *_conditions(chosen))
        .group_by(CrewMember.driver_id)
    )
    counted = {row[0]: (int(row[1]), int(row[2])) for row in session().execute(within(orders, perimeter))}
    tallies = answers_of(select(CrewMember.driver_id, *_tallies()), chosen, perimeter)
    tallies = tallies.join(CrewMember, CrewMember.order_id == Order.id).group_by(CrewMember.driver_id)
    stars = {row[0]: mean([int(value) for value in row[1:]], FIVE_STARS) for row in session().execute(tallies)}
    nothing = mean([0] * 5, FIVE_STARS)
    rows = [DriverRow(driver, *counted.get(driver.id, (0, 0)), stars.get(driver.id, nothing)) for driver in drivers]
    return _ranked(rows, chosen, perimeter, company) if company.drivers_ranking else rows


def _ranked(
    rows: list[DriverRow], chosen: ReportFilter, perimeter: Perimeter, company: CompanySettings
) -> list[DriverRow]:
    """Those with enough answers by their shrunken mean, with ranks; then the others, by name as they came."""
    enough = [row for row in rows if row.n >= company.drivers_least]
    overall = _overall(chosen, perimeter, company)
    drawn = {row.driver.id: rules.shrunken(row.stars.counts, overall) for row in enough}
    by_name = sorted(enough, key=lambda row: (-row.n, alphabetical(row.driver.name), row.driver.id))
    enough = sorted(by_name, key=lambda row: -rules.two_decimals(drawn[row.driver.id]))
    placed = rules.ranks([drawn[row.driver.id] for row in enough])
    others = [row for row in rows if row.n < company.drivers_least]
    return [replace(row, rank=rank) for row, rank in zip(enough, placed, strict=True)] + others


def _overall(chosen: ReportFilter, perimeter: Perimeter, company: CompanySettings) -> float:
    """The mean of the same filter; of twelve months where that has fewer than LEAST_FOR_OVERALL answers."""
    found = stars_of(chosen, perimeter)
    if found.n < rules.LEAST_FOR_OVERALL:
        today = clock.now().astimezone(company.zone).date()
        found = stars_of(ReportFilter(start=today - timedelta(days=365), end=today), perimeter)
    return found.mean or 0.0


def driver_months(driver: Driver, perimeter: Perimeter) -> list[tuple[date, Mean]]:
    """The driver's stars in each month of the company's zone that has answers and is still kept, the oldest first."""
    company = settings_now()
    chosen = ReportFilter(driver=(driver.ref,))
    statement = answers_of(select(Order.completed_at, Rating.stars), chosen, perimeter)
    months: dict[date, list[int]] = {}
    for completed_at, value in session().execute(statement):
        assert completed_at is not None  # noqa: S101 - an answer on this axis is of a completed order
        month = completed_at.astimezone(company.zone).date().replace(day=1)
        months.setdefault(month, [0] * 5)[value - 1] += 1
    return [(month, mean(counts, FIVE_STARS)) for month, counts in sorted(months.items())]
