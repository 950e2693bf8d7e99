"""The figures of a report, always within a perimeter: what page, API and export share."""

from collections import Counter
from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import select

from cxweb.accounts.rules import Perimeter
from cxweb.analytics.filters import ReportFilter
from cxweb.analytics.queries.counting import Tallies, reasons_counted, tallied
from cxweb.analytics.rules import (
    Counts,
    Crosstab,
    Feedback,
    FeedbackRow,
    Funnel,
    ReasonShare,
    ReasonShares,
    figures,
    share,
)
from cxweb.company.models import Depot
from cxweb.company.queries import settings_now
from cxweb.core.db import session
from cxweb.orders.models import Driver
from cxweb.rollups.rules import PERIODS
from cxweb.tallies.rules import BESIDE, CES, CROSS, NPS, OPEN, ORDERS, PLAIN, REASONED, SCORES, STARS, WAY

GROUPS = ("driver", "depot", "channel")
BY = (*PERIODS, *GROUPS)
MANY = 50
# What the figures are made of, and where the counts of each score stand in it.
OF_FEEDBACK = (*ORDERS, *BESIDE, "reached", "reached_rated", *STARS, *PLAIN, *NPS, *CES)
_SCORES = (slice(7, 12), slice(12, 17), slice(17, 28), slice(28, 33))


def feedback(chosen: ReportFilter, perimeter: Perimeter) -> Feedback:
    """The figures of the filter within the perimeter; an order handled by several drivers counts once."""
    found = tallied(OF_FEEDBACK, chosen, perimeter, None).get(None) or (0,) * len(OF_FEEDBACK)
    return _feedback(found, chosen.about_answers, settings_now().nps_stars)


def feedback_by(chosen: ReportFilter, perimeter: Perimeter, by: str) -> list[FeedbackRow]:
    """The figures of each date, driver, depot or channel that has an order or an answer, ascending, None last.

    A crew's rating goes to each driver. Of drivers only what is still kept counts, and only the chosen ones stand.
    """
    found = tallied(OF_FEEDBACK, chosen, perimeter, by)
    names, about_answers, promoting = _names(by, found), chosen.about_answers, settings_now().nps_stars
    rows = []
    for key, tallies in found.items():
        figures_of_it = _feedback(tallies, about_answers, promoting)
        if figures_of_it.completed or any(figures_of_it.counts.stars):
            shown, name = names.get(key, (key, None))
            rows.append(FeedbackRow(shown, name, figures_of_it))
    return sorted(rows, key=lambda row: (row.key is None, row.key or ""))


def funnel(chosen: ReportFilter, perimeter: Perimeter) -> Funnel:
    """From the invitations that left to the comments; empty where the filter is about answers."""
    if chosen.about_answers:
        return Funnel()
    found = _total(WAY, chosen, perimeter)
    return Funnel(*(found[name] for name in WAY))


def crosstab(chosen: ReportFilter, perimeter: Perimeter) -> Crosstab:
    """Stars against the 0–10 answers."""
    found = _total(CROSS, chosen, perimeter)
    values = [found[name] for name in CROSS]
    return Crosstab(sum(values), tuple((values[at], values[at + 1], values[at + 2]) for at in range(0, 15, 3)))


def open_answer_counts(chosen: ReportFilter, perimeter: Perimeter) -> dict[int, int]:
    """How many of those who gave 1…5 stars answered the open question; every number of stars has its count."""
    _, counts = sizes(chosen, perimeter, open_=True)
    return counts


def sizes(chosen: ReportFilter, perimeter: Perimeter, *, open_: bool) -> tuple[int, dict[int, int]]:
    """How many orders were completed (none by the date of the answer), and how many answers there are by stars.

    With `open_` those to the open question; every number of stars has its count.
    """
    by_stars = OPEN if open_ else STARS
    found = _total(("completed", *by_stars), chosen, perimeter)
    return found["completed"], {stars: found[name] for stars, name in zip(SCORES, by_stars, strict=True)}


def reason_shares(chosen: ReportFilter, perimeter: Perimeter) -> ReasonShares:
    """The share of each reason among the answers that have one."""
    found = _total(REASONED, chosen, perimeter)
    n = found["reasoned"]
    counted: dict[str, Counter[str]] = {}
    for code, cause, count in reasons_counted(chosen, perimeter):
        counted.setdefault(code, Counter())[cause] += count
    # A survey's editor may give a reason another cause; it shows the one that most answers have.
    rows = [
        ReasonShare(
            code, max(causes, key=lambda cause: (causes[cause], cause)), causes.total(), share(causes.total(), n)
        )
        for code, causes in counted.items()
        # Cells that were taken away again leave nothing.
        if causes.total()
    ]
    rows.sort(key=lambda row: (-row.count, row.code))
    return ReasonShares(n, tuple(rows), share(found["reasoned_driver"], n))


def _feedback(found: Tallies, about_answers: bool, promoting: tuple[int, int]) -> Feedback:
    """The figures of these tallies, which are those of OF_FEEDBACK."""
    completed, eligible, rated, spam, by_phone, reached, reached_rated = found[:7]
    stars, plain, nps, ces = [found[of_scores] for of_scores in _SCORES]
    if about_answers:
        return figures(Counts(None, None, None, stars, plain, nps, ces, spam, by_phone), promoting)
    orders = (completed, eligible, rated)
    return figures(Counts(*orders, stars, plain, nps, ces, spam, by_phone, reached, reached_rated), promoting)


def _total(names: Sequence[str], chosen: ReportFilter, perimeter: Perimeter) -> dict[str, int]:
    found = tallied(names, chosen, perimeter, None).get(None) or (0,) * len(names)
    return dict(zip(names, found, strict=True))


def _names(by: str, keys: Collection[Any]) -> dict[Any, tuple[str | None, str | None]]:
    """The key and the name that stand for each driver's or depot's id, and for each channel."""
    if by == "channel":
        return {key: (key, key) for key in keys}
    if by in PERIODS:
        return {}
    model = Driver if by == "driver" else Depot
    ids = [key for key in keys if key is not None]
    named = select(model.__table__.c.id, model.__table__.c.ref, model.__table__.c.name)
    # Where many are wanted, reading all is less work than naming each.
    rows = session().execute(named if len(ids) > MANY else named.where(model.__table__.c.id.in_(ids)))
    return {id_: (ref, name) for id_, ref, name in rows.all()}
