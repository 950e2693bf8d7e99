"""Finds which answers come next in an order: along the answers, or along those of each day their orders were
completed on, or by sorting those of all the orders, where these are few.

A database that is left to itself sorts all of them for one page, or walks along millions that are not of the days.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Date, Select, bindparam, exists, func, literal_column, select

from cxweb.accounts.rules import Perimeter
from cxweb.analytics.filters import ReportFilter, answers_of, bounds, conditions
from cxweb.analytics.queries import sizes
from cxweb.analytics.rules import FIVE_STARS
from cxweb.company.queries import settings_now
from cxweb.core.db import session
from cxweb.orders.models import Order
from cxweb.orders.queries import within
from cxweb.orders.rules import COMPLETED
from cxweb.ratings.models import Rating, SpamMark
from cxweb.reviews.queries.stretches import Place, Stretch, stretches
from cxweb.rollups.queries import fits, state

# A step along the answers takes so much of the time that an order of the days takes to be looked at and sorted.
STEP = 0.7
# How much further than expected a walk goes at first, and before it gives up.
FEW_STEPS, MANY_STEPS = 50, 5_000
# Among the answers that come next there are those of about so many days of completion; many more days speak of answers
# that lie close together in time, and far from here.
DAYS_AMONG_NEXT, MANY_DAYS = 16, 64
INSTANT = timedelta(microseconds=1)
# Number, order and instant of answers.
Passed = Select[int, int, datetime]


def plain(chosen: ReportFilter) -> bool:
    """Whether cells can tell how many answers there are."""
    known = state()
    if chosen.tag or chosen.driver or chosen.reason or chosen.survey or known is None:
        return False
    return known.built_through is None and fits(known, settings_now())


def next_ids(chosen: ReportFilter, perimeter: Perimeter, key: Sequence[Any], limit: int, *, open_: bool) -> list[int]:
    """The ids of the next answers in the filter's order, or (`open_`) of those to the open question.

    `key` is that of the answer before, empty at the beginning; the filter has to be a plain() one.
    """
    found: list[int] = []
    orders, counts = sizes(replace(chosen, stars=()), perimeter, open_=open_)
    for stretch in stretches(chosen, key):
        stretch = replace(stretch, among=() if stretch.stars else chosen.stars, open_=open_)
        n, still = sum(counts[stars] for stars in stretch.wanted), limit - len(found)
        if n and still:
            walked = _walked(chosen, perimeter, replace(stretch, n=n), still, orders)
            found += session().scalars(_sorted(chosen, perimeter, stretch).limit(still)) if walked is None else walked
    return found


def _walked(chosen: ReportFilter, perimeter: Perimeter, stretch: Stretch, limit: int, orders: int) -> list[int] | None:
    """The ids that a walk finds; None where it is longer than to sort those of all the filter's orders."""
    steps = _steps(chosen, perimeter, stretch, limit)
    if chosen.axis == "answered":
        return _along(chosen, perimeter, stretch, limit, steps)
    by_day = chosen.start is not None or chosen.end is not None
    if STEP * steps * (DAYS_AMONG_NEXT if by_day else 1) > orders:
        return None
    if by_day and not _rare(stretch):
        return _by_day(chosen, perimeter, stretch, limit)
    return _along(chosen, perimeter, stretch, limit, steps)


def _along(chosen: ReportFilter, perimeter: Perimeter, stretch: Stretch, limit: int, steps: int) -> list[int] | None:
    """The ids that a walk along all answers finds; None where it became much longer than expected."""
    passed = _passed(chosen, stretch)
    for most in (2 * steps + FEW_STEPS, 4 * steps + MANY_STEPS):
        found = list(session().scalars(_walk(chosen, perimeter, stretch, passed.limit(most)).limit(limit)))
        if len(found) in (limit, stretch.n) or session().scalar(passed.offset(most - 1).limit(1)) is None:
            return found
    return None


def _by_day(chosen: ReportFilter, perimeter: Perimeter, stretch: Stretch, limit: int) -> list[int] | None:
    """The ids that come first among the next answers of each day of completion; None where others are too many.

    The day with the very next answer is asked first, and none any more whose next one comes after all that are wanted.
    An order that moves from a day to another meanwhile may be missing from this page, or stand on it still.
    """
    found: list[Place] = []
    of_day = _of_day(chosen, perimeter, stretch).limit(limit)
    for asked, (day, next_) in enumerate(_days(chosen, stretch)):
        if len(found) == stretch.n or (len(found) == limit and stretch.passes(found[-1][0], next_)):
            break
        if asked == MANY_DAYS and not _everyones(chosen, perimeter):
            return None
        found += [(at, id_) for at, id_ in session().execute(of_day, {"day": day})]
        found = stretch.in_order(found)[:limit]
    return [id_ for _, id_ in found]


def _days(chosen: ReportFilter, stretch: Stretch) -> list[tuple[date, datetime]]:
    """The days of completion of the filter's time, in UTC, each with its next answer; the one with the very next first.

    From each day the next one is looked up: there are a thousand times as many answers as days.
    """
    start, end = bounds(chosen, settings_now().zone)
    day, answered_at = Rating.completed_on, Rating.answered_at
    of_time = [*([day >= start.date()] if start else []), *([day <= (end - INSTANT).date()] if end else [])]
    days = select(func.min(day).label("day")).where(*of_time).cte("days", recursive=True)
    later = select(func.min(day)).where(day > days.c.day, *of_time).scalar_subquery()
    days = days.union_all(select(later).where(days.c.day.is_not(None)))
    ahead = [] if stretch.behind is None else [stretch.ahead(stretch.behind[0])]
    following = select((func.max if stretch.back else func.min)(answered_at)).where(day == days.c.day, *ahead)
    next_ = following.scalar_subquery().label("next")
    rows = session().execute(select(days.c.day, next_).where(days.c.day.is_not(None)))
    return sorted(((day, next_) for day, next_ in rows if next_), key=lambda each: each[1], reverse=stretch.back)


def _of_day(chosen: ReportFilter, perimeter: Perimeter, stretch: Stretch) -> Select[datetime, int]:
    """The answers of the filter to the orders that were completed on the `day`, in UTC."""
    # Where SQLite has no statistics an index by stars would look as good as that of the day.
    others = stretch.conditions(Rating.stars + literal_column("0"))
    found = select(Rating.answered_at, Rating.id).where(Rating.completed_on == bindparam("day", type_=Date()), *others)
    return found.where(*_of_filter(chosen, perimeter, Rating)).order_by(*stretch.order(Rating))


def _everyones(chosen: ReportFilter, perimeter: Perimeter) -> bool:
    """Whether no answers of others, of another depot or channel, lie between those of the filter."""
    return not chosen.depot and not chosen.channel and perimeter.whole


def _steps(chosen: ReportFilter, perimeter: Perimeter, stretch: Stretch, limit: int) -> int:
    """How many answers a walk is expected to pass, those of others between."""
    if _everyones(chosen, perimeter):
        return limit
    _, among = sizes(replace(chosen, depot=(), channel=(), stars=()), Perimeter(), open_=stretch.open_)
    return limit * sum(among[stars] for stars in stretch.wanted) // stretch.n


def _rare(stretch: Stretch) -> bool:
    """Whether there are few such answers at all, so that to pass those of all other days is no long way."""
    if len(stretch.wanted) == len(FIVE_STARS) and not stretch.open_:
        return False
    _, counts = sizes(ReportFilter(), Perimeter(), open_=stretch.open_)
    return sum(counts[stars] for stars in stretch.wanted) < MANY_STEPS


def _passed(chosen: ReportFilter, stretch: Stretch) -> Passed:
    """The answers along the way, from an index."""
    statement = select(Rating.id, Rating.order_id, Rating.answered_at).where(*stretch.conditions())
    if chosen.axis == "answered":
        start, end = bounds(chosen, settings_now().zone)
        statement = statement.where(*([Rating.answered_at >= start] if start else []))
        statement = statement.where(*([Rating.answered_at < end] if end else []))
    return statement.order_by(*stretch.order(Rating))


def _walk(chosen: ReportFilter, perimeter: Perimeter, stretch: Stretch, passed: Passed) -> Select[int]:
    """Those of the passed answers that the filter is about."""
    rows = passed.subquery("passed")
    return select(rows.c.id).where(*_of_filter(chosen, perimeter, rows.c)).order_by(*stretch.order(rows.c))


def _of_filter(chosen: ReportFilter, perimeter: Perimeter, answer: Any) -> list[ColumnElement[bool]]:
    """Whether the filter is about an answer; said so that its order is looked at, and not all orders for answers."""
    marked = exists().where(SpamMark.rating_id == answer.id, SpamMark.lifted_at.is_(None))
    of_order = (Order.id == answer.order_id, ~Order.is_test, *conditions(chosen, answer.answered_at))
    order = within(select(Order.id).where(*of_order), perimeter)
    if chosen.axis == "completed":
        order = order.where(Order.status == COMPLETED)
    return [exists(order), ~marked]


def _sorted(chosen: ReportFilter, perimeter: Perimeter, stretch: Stretch) -> Select[int]:
    """All answers to the days' orders, put in order."""
    found = answers_of(select(Rating.id, Rating.answered_at), chosen, perimeter).where(*stretch.conditions())
    rows = found.cte("answers").prefix_with("MATERIALIZED")
    return select(rows.c.id).order_by(*stretch.order(rows.c))
