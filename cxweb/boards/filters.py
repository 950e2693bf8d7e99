"""What a board shows: a day, grouped by driver or depot, narrowed by the filters every page has."""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import TypeVarTuple
from zoneinfo import ZoneInfo

from sqlalchemy import Select, select

from cxweb.accounts.rules import Perimeter
from cxweb.analytics.filters import ReportFilter, day_start
from cxweb.boards.rules import LOW
from cxweb.orders.filters import OrderFilter, matching
from cxweb.orders.models import Order, OrderTag
from cxweb.orders.queries import within
from cxweb.ratings.models import Rating, RatingReason
from cxweb.surveys.models import SurveyVersion

Columns = TypeVarTuple("Columns")
BY = ("driver", "depot")


@dataclass(frozen=True)
class BoardFilter:
    """The day is one of the zone's. `low` leaves only orders with a low rating; an empty field restricts nothing."""

    day: date
    zone: ZoneInfo
    by: str = "driver"
    status: str = ""
    words: str = ""
    low: bool = False
    report: ReportFilter = field(default_factory=ReportFilter)

    @property
    def narrowed(self) -> bool:
        """Whether it leaves anything of the day out."""
        return bool(self.status or self.words or self.low or self.report != ReportFilter(sort=self.report.sort))


def of_the_day(
    statement: Select[*Columns], chosen: BoardFilter, perimeter: Perimeter, now: datetime
) -> Select[*Columns]:
    """The statement on orders (with customers and ratings joined), narrowed to those the board shows."""
    report = chosen.report
    orders = OrderFilter(
        status=chosen.status,
        words=chosen.words,
        start=day_start(chosen.day, chosen.zone),
        end=day_start(chosen.day + timedelta(days=1), chosen.zone),
        depot=report.depot,
        driver=report.driver,
    )
    statement = within(matching(statement, orders, now), perimeter)
    if report.channel:
        statement = statement.where(Order.channel.in_(report.channel))
    if report.tag:
        statement = statement.where(Order.id.in_(select(OrderTag.order_id).where(OrderTag.tag.in_(report.tag))))
    return _with_answers(statement, chosen)


def _with_answers(statement: Select[*Columns], chosen: BoardFilter) -> Select[*Columns]:
    """Narrowed by what the customer answered."""
    report = chosen.report
    if chosen.low:
        statement = statement.where(Rating.stars <= LOW)
    if report.stars:
        statement = statement.where(Rating.stars.in_(report.stars))
    if report.survey:
        numbers = [int(ref) for ref in report.survey if ref.isascii() and ref.isdigit() and len(ref) < 10]
        versions = select(SurveyVersion.id).where(SurveyVersion.number.in_(numbers))
        statement = statement.where(Rating.survey_version_id.in_(versions))
    if report.reason:
        chosen_by = select(RatingReason.rating_id).where(RatingReason.code.in_(report.reason))
        statement = statement.where(Rating.id.in_(chosen_by))
    return statement
