"""Counting orders and answers for a report, always within a perimeter."""

from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, false, func, or_, select

from cxweb.accounts.rules import Perimeter
from cxweb.analytics.filters import ReportFilter, bounds
from cxweb.analytics.rules import Counts, Feedback, figures
from cxweb.company.models import Depot
from cxweb.company.queries import settings_now
from cxweb.core.db import session
from cxweb.orders.models import CrewMember, Driver, Order, OrderTag
from cxweb.orders.queries import within
from cxweb.orders.rules import COMPLETED
from cxweb.ratings.models import Rating
from cxweb.surveys.models import SurveyVersion


def feedback(chosen: ReportFilter, perimeter: Perimeter) -> Feedback:
    """The figures of the filter within the perimeter."""
    return figures(counts(chosen, perimeter))


def counts(chosen: ReportFilter, perimeter: Perimeter) -> Counts:
    """The raw numbers behind the figures; an order handled by several drivers counts once."""
    completed, eligible, rated = (None, None, None) if chosen.about_answers else _order_counts(chosen, perimeter)
    answers = answers_of(select(*_histogram()), chosen, perimeter)
    values = [int(value or 0) for value in session().execute(answers).one()]
    return Counts(
        completed, eligible, rated, tuple(values[:5]), tuple(values[5:10]), tuple(values[10:21]), tuple(values[21:26])
    )


def answers_of(columns: Select[Any], chosen: ReportFilter, perimeter: Perimeter) -> Select[Any]:
    """The columns, selected from the answers the filter is about."""
    statement = columns.select_from(Rating).join(Order, Order.id == Rating.order_id)
    statement = statement.outerjoin(SurveyVersion, SurveyVersion.id == Rating.survey_version_id)
    statement = within(statement, perimeter).where(~Order.is_test, *_conditions(chosen))
    if chosen.axis == "completed":
        statement = statement.where(Order.status == COMPLETED)
    if chosen.stars:
        statement = statement.where(Rating.stars.in_(chosen.stars))
    if chosen.survey:
        numbers = [int(ref) for ref in chosen.survey if ref.isascii() and ref.isdigit()]
        statement = statement.where(SurveyVersion.number.in_(numbers))
    if chosen.reason:
        # No survey asks for reasons yet, and an unknown reason gives nothing.
        statement = statement.where(false())
    return statement


def _order_counts(chosen: ReportFilter, perimeter: Perimeter) -> tuple[int, int, int]:
    rated = and_(Order.eligible, Rating.id.is_not(None))
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


def _conditions(chosen: ReportFilter) -> list[ColumnElement[bool]]:
    """What the filter asks of an order, and of the instant on its axis."""
    start, end = bounds(chosen, settings_now().zone)
    instant = Rating.answered_at if chosen.axis == "answered" else Order.completed_at
    found: list[ColumnElement[bool]] = []
    if start:
        found.append(instant >= start)
    if end:
        found.append(instant < end)
    if chosen.channel:
        found.append(Order.channel.in_(chosen.channel))
    if chosen.depot:
        found.append(Order.depot_id.in_(_branches(chosen.depot)))
    if chosen.driver:
        crew = select(CrewMember.order_id).join(Driver, Driver.id == CrewMember.driver_id)
        found.append(Order.id.in_(crew.where(Driver.ref.in_(chosen.driver))))
    if chosen.tag:
        found.append(Order.id.in_(select(OrderTag.order_id).where(OrderTag.tag.in_(chosen.tag))))
    return found


def _branches(refs: tuple[str, ...]) -> Select[tuple[int]]:
    """The ids of the depots of these refs and of all below them."""
    tree = select(Depot.id).where(Depot.ref.in_(refs)).cte("branches", recursive=True)
    return select(tree.union(select(Depot.id).where(Depot.parent_id == tree.c.id)).c.id)
