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
# What the figures are made of.
OF_FEEDBACK = (*ORDERS, *STARS, *PLAIN, *NPS, *CES, *BESIDE, "reached", "reached_rated")


def feedback(chosen: ReportFilter, perimeter: Perimeter) -> Feedback:
    """The figures of the filter within the perimeter; an order handled by several drivers counts once."""
    return _feedback(_total(OF_FEEDBACK, chosen, perimeter), chosen)


def feedback_by(chosen: ReportFilter, perimeter: Perimeter, by: str) -> list[FeedbackRow]:
    """The figures of each date, driver, depot or channel that has an order or an answer, ascending, None last.

    A crew's rating goes to each driver. Of drivers only what is still kept counts, and only the chosen ones stand.
    """
    found = tallied(OF_FEEDBACK, chosen, perimeter, by)
    names = _names(by, found)
    rows = []
    for key, tallies in found.items():
        shown, name = names.get(key, (key, None))
        row = FeedbackRow(shown, name, _feedback(tallies, chosen))
        if row.feedback.completed or row.feedback.stars.n:
            rows.append(row)
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
    found = _total(OPEN, chosen, perimeter)
    return {stars: found[name] for stars, name in zip(SCORES, OPEN, strict=True)}


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
    ]
    rows.sort(key=lambda row: (-row.count, row.code))
    return ReasonShares(n, tuple(rows), share(found["reasoned_driver"], n))


def _feedback(found: Tallies, chosen: ReportFilter) -> Feedback:
    orders = [None if chosen.about_answers else found[name] for name in (*ORDERS, "reached", "reached_rated")]
    answers = [tuple(found[name] for name in names) for names in (STARS, PLAIN, NPS, CES)]
    beside = [found[name] for name in BESIDE]
    return figures(Counts(*orders[:3], *answers, *beside, *orders[3:]), settings_now().nps_stars)  # type: ignore[arg-type]


def _total(names: Sequence[str], chosen: ReportFilter, perimeter: Perimeter) -> Tallies:
    return tallied(names, chosen, perimeter, None).get(None) or dict.fromkeys(names, 0)


def _names(by: str, keys: Collection[Any]) -> dict[Any, tuple[str | None, str | None]]:
    """The key and the name that stand for each driver's or depot's id, and for each channel."""
    if by == "channel":
        return {key: (key, key) for key in keys}
    if by in PERIODS:
        return {}
    model = Driver if by == "driver" else Depot
    ids = [key for key in keys if key is not None]
    rows = session().execute(select(model.id, model.ref, model.name).where(model.id.in_(ids)))
    return {id_: (ref, name) for id_, ref, name in rows}
