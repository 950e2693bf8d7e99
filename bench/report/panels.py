"""What the report's page asks for: its panels, and the times it is asked about."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta

from sqlalchemy import select

from bench.report.years import END
from cxweb.accounts.rules import Perimeter
from cxweb.analytics.filters import ReportFilter
from cxweb.analytics.queries import crosstab, feedback, feedback_by, funnel, open_answer_counts, reason_shares
from cxweb.company.queries import settings_now
from cxweb.core import paging
from cxweb.core.days import day_start
from cxweb.core.db import session
from cxweb.drivers.queries import driver_months, own_causes
from cxweb.orders.models import Driver
from cxweb.ratings.models import Rating
from cxweb.reviews.queries import answers, open_answers

Panel = Callable[[ReportFilter], object]
WHOLE = Perimeter()
FIRST, LAST = END.date() - timedelta(days=8 * 365), END.date() - timedelta(days=1)
PERIODS = {
    "day": ReportFilter(start=LAST - timedelta(days=9), end=LAST - timedelta(days=9)),
    "month": ReportFilter(start=LAST.replace(day=1), end=LAST),
    "year": ReportFilter(start=LAST - timedelta(days=364), end=LAST),
    "all time": ReportFilter(),
    # Neither its ends nor its months are those of a calendar.
    "odd year": ReportFilter(start=LAST - timedelta(days=364 + 45), end=LAST - timedelta(days=45)),
}


def _by_date(chosen: ReportFilter) -> object:
    return feedback_by(chosen, WHOLE, "day" if chosen.start else "month")


FIGURES: dict[str, Panel] = {
    "figures": lambda chosen: feedback(chosen, WHOLE),
    "funnel": lambda chosen: funnel(chosen, WHOLE),
    "by date": _by_date,
    "by driver": lambda chosen: feedback_by(chosen, WHOLE, "driver"),
    "by depot": lambda chosen: feedback_by(chosen, WHOLE, "depot"),
    "by channel": lambda chosen: feedback_by(chosen, WHOLE, "channel"),
    "reasons": lambda chosen: reason_shares(chosen, WHOLE),
    "CSAT x NPS": lambda chosen: crosstab(chosen, WHOLE),
    "open, counts": lambda chosen: open_answer_counts(chosen, WHOLE),
}


def _reviews(sort: str, *, deep: bool) -> Panel:
    def panel(chosen: ReportFilter) -> object:
        chosen = replace(chosen, sort=sort)
        return answers(chosen, WHOLE, cursor=_amid(chosen) if deep else None, size=12)

    return panel


def _amid(chosen: ReportFilter) -> str:
    """The cursor of a page in the midst of the answers."""
    first, last = chosen.start or FIRST, chosen.end or LAST
    middle: date = first + (last - first) / 2
    late = select(Rating.stars, Rating.answered_at, Rating.id).order_by(Rating.answered_at).limit(1)
    row = session().execute(late.where(Rating.answered_at >= day_start(middle, settings_now().zone))).one()
    stars = [row.stars] if chosen.sort in ("lowest", "highest") else []
    return paging.encode((*stars, row.answered_at.isoformat(), row.id))


LISTS: dict[str, Panel] = {
    **{
        f"{sort}{', deep' if deep else ''}": _reviews(sort, deep=deep)
        for deep in (False, True)
        for sort in ("newest", "oldest", "lowest", "highest")
    },
    "open answers": lambda chosen: open_answers(chosen, WHOLE, size=6),
    "open, one star": lambda chosen: open_answers(chosen, WHOLE, 1, size=6),
}


def driver_panels() -> dict[str, Callable[[], object]]:
    """What a driver's own page asks for, of one of the drivers."""
    driver = session().scalars(select(Driver).order_by(Driver.id).limit(1)).one()
    # The panels outlive this context, and know the driver as it is now.
    session().expunge(driver)
    return {
        "months": lambda: driver_months(driver, WHOLE),
        "without causes that lie elsewhere": lambda: own_causes(driver, WHOLE),
    }
