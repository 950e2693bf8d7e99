"""Finds which answers come next in an order: along the answers, or from the orders of the days, whichever is shorter.

A database that is left to itself sorts all of them for one page, or walks along millions that are not of the days.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, exists, or_, select

from cxweb.accounts.rules import Perimeter
from cxweb.analytics.filters import ReportFilter, answers_of, bounds, conditions
from cxweb.analytics.queries import feedback, open_answer_counts
from cxweb.analytics.rules import FIVE_STARS
from cxweb.company.queries import settings_now
from cxweb.core.db import session
from cxweb.orders.models import Order
from cxweb.orders.queries import within
from cxweb.orders.rules import COMPLETED
from cxweb.ratings.models import Rating, SpamMark
from cxweb.rollups.queries import fits, state

# A step along the answers takes so much of the time that an order of the days takes to be looked at and sorted.
STEP = 0.7
# How much further than expected a walk goes at first, and before it gives up.
FEW_STEPS, MANY_STEPS = 50, 5_000
ONE = timedelta(days=1)
# The instant and the id behind which a page begins.
Place = tuple[datetime, int]
# Number, order and instant of answers.
Passed = Select[int, int, datetime]


@dataclass(frozen=True)
class Stretch:
    """Answers with so many stars, or all, in the order they were given or (`back`) the last one first."""

    stars: int | None
    back: bool
    behind: Place | None = None
    # How many there are of the filter; of these stars, where it restricts them; only those to the open question.
    n: int = 0
    among: tuple[int, ...] = ()
    open_: bool = False

    @property
    def wanted(self) -> Sequence[int]:
        return (self.stars,) if self.stars else self.among or FIVE_STARS

    @property
    def conditions(self) -> list[ColumnElement[bool]]:
        found: list[ColumnElement[bool]] = [] if self.stars is None else [Rating.stars == self.stars]
        if self.among:
            found.append(Rating.stars.in_(self.among))
        if self.open_:
            found.append(Rating.open.is_not(None))
        if self.behind:
            at, id_ = self.behind
            # Said twice, so that the walk begins there and does not only leave out what comes before.
            found.append(Rating.answered_at <= at if self.back else Rating.answered_at >= at)
            beyond = Rating.answered_at < at if self.back else Rating.answered_at > at
            found.append(or_(beyond, and_(Rating.answered_at == at, Rating.id > id_)))
        return found

    def order(self, columns: Any) -> tuple[Any, ...]:
        return (columns.answered_at.desc() if self.back else columns.answered_at.asc(), columns.id.asc())


def stretches(chosen: ReportFilter, key: Sequence[Any]) -> Iterator[Stretch]:
    """The sort of the filter, as walks along an index one after the other, from the page's key on."""
    if chosen.sort in ("newest", "oldest"):
        yield Stretch(None, chosen.sort == "newest", (key[0], key[1]) if key else None)
        return
    for stars in FIVE_STARS if chosen.sort == "lowest" else reversed(FIVE_STARS):
        if key and (stars < key[0] if chosen.sort == "lowest" else stars > key[0]):
            continue
        if not chosen.stars or stars in chosen.stars:
            yield Stretch(stars, True, (key[1], key[2]) if key and key[0] == stars else None)


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
    counts = _counts(chosen, perimeter, open_)
    for stretch in stretches(chosen, key):
        wanted = [stretch.stars] if stretch.stars else chosen.stars or FIVE_STARS
        n, still = sum(counts[stars] for stars in wanted), limit - len(found)
        if n and still:
            stretch = replace(stretch, n=n, among=() if stretch.stars else chosen.stars, open_=open_)
            walked = _walked(chosen, perimeter, stretch, still)
            found += session().scalars(_sorted(chosen, perimeter, stretch).limit(still)) if walked is None else walked
    return found


def _walked(chosen: ReportFilter, perimeter: Perimeter, stretch: Stretch, limit: int) -> list[int] | None:
    """The ids that a walk along the answers finds; None where it is longer than to sort those of the days' orders."""
    steps = _steps(chosen, perimeter, stretch, limit)
    orders = feedback(replace(chosen, stars=(), axis="completed"), perimeter).completed or 0
    if chosen.axis == "completed" and STEP * steps > orders:
        return None
    passed = _passed(chosen, stretch)
    for most in (2 * steps + FEW_STEPS, 4 * steps + MANY_STEPS):
        found = list(session().scalars(_walk(chosen, perimeter, stretch, passed.limit(most)).limit(limit)))
        if len(found) in (limit, stretch.n) or session().scalar(passed.offset(most - 1).limit(1)) is None:
            return found
    return None


def _counts(chosen: ReportFilter, perimeter: Perimeter, open_: bool) -> dict[int, int]:
    """How many answers there are with each number of stars."""
    all_stars = replace(chosen, stars=())
    if open_:
        return open_answer_counts(all_stars, perimeter)
    return dict(zip(FIVE_STARS, feedback(all_stars, perimeter).counts.stars, strict=True))


def _steps(chosen: ReportFilter, perimeter: Perimeter, stretch: Stretch, limit: int) -> int:
    """How many answers the walk is expected to pass: those outside the days, and those of other depots between."""
    passed = 0 if chosen.axis == "answered" or stretch.behind else _before(chosen, stretch)
    if not chosen.depot and not chosen.channel and perimeter.whole:
        return passed + limit
    among = _counts(replace(chosen, depot=(), channel=()), Perimeter(), stretch.open_)
    return passed + limit * sum(among[stars] for stars in stretch.wanted) // stretch.n


def _before(chosen: ReportFilter, stretch: Stretch) -> int:
    """How many answers the walk passes until it comes to those of the filter's days."""
    if stretch.back:
        passed = ReportFilter(start=chosen.end + ONE, axis="answered") if chosen.end else None
    else:
        passed = ReportFilter(end=chosen.start - ONE, axis="answered") if chosen.start else None
    if passed is None:
        return 0
    counts = _counts(passed, Perimeter(), stretch.open_)
    return sum(counts[stars] for stars in stretch.wanted)


def _passed(chosen: ReportFilter, stretch: Stretch) -> Passed:
    """The answers along the way, from an index."""
    statement = select(Rating.id, Rating.order_id, Rating.answered_at).where(*stretch.conditions)
    if chosen.axis == "answered":
        start, end = bounds(chosen, settings_now().zone)
        statement = statement.where(*([Rating.answered_at >= start] if start else []))
        statement = statement.where(*([Rating.answered_at < end] if end else []))
    return statement.order_by(*stretch.order(Rating))


def _walk(chosen: ReportFilter, perimeter: Perimeter, stretch: Stretch, passed: Passed) -> Select[int]:
    """Those of the passed answers that the filter is about; the order of each is looked at."""
    rows = passed.subquery("passed")
    marked = exists().where(SpamMark.rating_id == rows.c.id, SpamMark.lifted_at.is_(None))
    order = select(Order.id).where(Order.id == rows.c.order_id, ~Order.is_test, *conditions(chosen, rows.c.answered_at))
    if chosen.axis == "completed":
        order = order.where(Order.status == COMPLETED)
    of_filter = exists(within(order, perimeter).correlate(rows))
    return select(rows.c.id).where(of_filter, ~marked).order_by(*stretch.order(rows.c))


def _sorted(chosen: ReportFilter, perimeter: Perimeter, stretch: Stretch) -> Select[int]:
    """All answers to the days' orders, put in order."""
    found = answers_of(select(Rating.id, Rating.answered_at), chosen, perimeter).where(*stretch.conditions)
    rows = found.cte("answers").prefix_with("MATERIALIZED")
    return select(rows.c.id).order_by(*stretch.order(rows.c))
