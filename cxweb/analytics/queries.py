"""Counting and listing orders and answers for a report, always within a perimeter."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, TypeVarTuple

from sqlalchemy import ColumnElement, Select, SQLColumnExpression, and_, case, exists, func, or_, select
from sqlalchemy.orm import InstrumentedAttribute

from cxweb.accounts.rules import Perimeter
from cxweb.analytics.filters import ReportFilter, bounds
from cxweb.analytics.rules import FIVE_STARS, Counts, Feedback, Mean, figures, mean
from cxweb.company.queries import branches, settings_now
from cxweb.company.rules import CompanySettings
from cxweb.core import clock, paging
from cxweb.core.db import session
from cxweb.core.paging import Page
from cxweb.orders.models import CrewMember, Driver, Order, OrderTag
from cxweb.orders.queries import crews, within
from cxweb.orders.rules import COMPLETED
from cxweb.ratings.models import PhoneRating, Rating, RatingMark, RatingReason, SpamMark
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
    statement = within(statement, perimeter).where(~Order.is_test, *conditions(chosen))
    statement = statement.where(marked_as_spam() if spam else ~marked_as_spam())
    if chosen.axis == "completed":
        statement = statement.where(Order.status == COMPLETED)
    if chosen.stars:
        statement = statement.where(Rating.stars.in_(chosen.stars))
    if chosen.survey:
        numbers = [int(ref) for ref in chosen.survey if ref.isascii() and ref.isdigit() and len(ref) < 10]
        statement = statement.where(SurveyVersion.number.in_(numbers))
    if chosen.reason:
        chosen_by = select(RatingReason.rating_id).where(RatingReason.code.in_(chosen.reason))
        statement = statement.where(Rating.id.in_(chosen_by))
    return statement


def marked_as_spam() -> ColumnElement[bool]:
    """Whether a spam mark of the answer stands: its order then counts as not rated."""
    return exists().where(SpamMark.rating_id == Rating.id, SpamMark.lifted_at.is_(None)).correlate(Rating)


def _phone_count(chosen: ReportFilter, perimeter: Perimeter) -> int:
    """What was only said on the phone, on the axis of its own instant; filters on answers leave it out."""
    if chosen.survey or chosen.reason:
        return 0
    own = ~exists().where(Rating.order_id == Order.id).correlate(Order)
    statement = select(func.count()).select_from(PhoneRating).join(Order, Order.id == PhoneRating.order_id)
    statement = within(statement, perimeter).where(~Order.is_test, own, *conditions(chosen, PhoneRating.recorded_at))
    if chosen.stars:
        statement = statement.where(PhoneRating.stars.in_(chosen.stars))
    return session().scalar(statement) or 0


def _order_counts(chosen: ReportFilter, perimeter: Perimeter) -> tuple[int, int, int]:
    rated = and_(Order.eligible, Rating.id.is_not(None), ~marked_as_spam())
    statement = (
        select(func.count(), func.sum(case((Order.eligible, 1), else_=0)), func.sum(case((rated, 1), else_=0)))
        .select_from(Order)
        .outerjoin(Rating, Rating.order_id == Order.id)
        .where(Order.status == COMPLETED, ~Order.is_test, *conditions(chosen))
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


def kept(chosen: ReportFilter, company: CompanySettings) -> ReportFilter:
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
    nps: int | None = None
    ces: int | None = None
    open: str | None = None
    survey_version_id: int | None = None
    reasons: tuple[str, ...] = ()
    marks: tuple[str, ...] = ()


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
    further = (Rating.nps, Rating.ces, Rating.open, Rating.survey_version_id)
    statement = _with_words(answers_of(select(*columns, *further), chosen, perimeter, spam=spam), words)
    if cursor:
        *stars, answered_at, id_ = paging.decode(cursor, len(order))
        numbers = [paging.number(value, cursor) for value in (*stars, id_)]
        key = (*numbers[:-1], paging.instant(answered_at, cursor), numbers[-1])
        statement = statement.where(paging.after(order, key))
    statement = statement.order_by(*(column.desc() if down else column.asc() for column, down in order))
    rows = session().execute(statement.limit(size + 1)).all()
    crew = crews([row[5] for row in rows])
    reasons, marks = (_words_of(model, [row[0] for row in rows]) for model in (RatingReason.code, RatingMark.kind))
    found = [
        Answer(*row[:7], crew.get(row[5], []), *row[7:], reasons.get(row[0], ()), marks.get(row[0], ())) for row in rows
    ]
    with_stars = len(order) == 3
    return paging.cut(
        found, size, lambda row: (*([row.stars] if with_stars else []), row.answered_at.isoformat(), row.id)
    )


def _words_of(column: InstrumentedAttribute[str], rating_ids: list[int]) -> dict[int, tuple[str, ...]]:
    """The reasons or marks of these ratings."""
    rating_id = column.class_.rating_id
    found: dict[int, tuple[str, ...]] = {}
    rows = session().execute(select(rating_id, column).where(rating_id.in_(rating_ids)).order_by(rating_id, column))
    for id_, word in rows:
        found[id_] = (*found.get(id_, ()), word)
    return found


def stars_of(chosen: ReportFilter, perimeter: Perimeter, words: str = "") -> Mean:
    """The stars of the same answers, with n, mean and interval."""
    statement = _with_words(answers_of(select(*tallies()), chosen, perimeter), words)
    return mean([int(value or 0) for value in session().execute(statement).one()], FIVE_STARS)


def tallies() -> list[ColumnElement[Any]]:
    return [func.sum(case((Rating.stars == n, 1), else_=0)) for n in FIVE_STARS]


def _with_words(statement: Select[*Columns], words: str) -> Select[*Columns]:
    return statement.where(Rating.comment.icontains(words, autoescape=True)) if words else statement
