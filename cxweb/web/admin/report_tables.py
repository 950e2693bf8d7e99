"""The report's tables: by driver, depot and channel with intervals, and the bars of what is a part of something."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import floor

from cxweb.accounts.rules import Perimeter
from cxweb.analytics.filters import ReportFilter
from cxweb.analytics.queries import feedback_by
from cxweb.analytics.rules import Crosstab, Feedback, FeedbackRow, Funnel, Mean, ReasonShares, Share, percentage
from cxweb.core import i18n
from cxweb.core.i18n import gettext, ngettext
from cxweb.drivers.queries import DriverRow, driver_rows
from cxweb.orders.messages import channel_word
from cxweb.orders.queries import drivers_of
from cxweb.web.admin import address
from cxweb.web.admin.charts import Whisker, whisker
from cxweb.web.admin.report_chart import figure_of, interval, written
from cxweb.web.words import CAUSES, reason_word

# As many drivers as a screen holds; all of them have a page of their own.
MOST_DRIVERS = 25


@dataclass(frozen=True)
class GroupRow:
    """A driver, depot or channel. What few answers would say of a person is left out: then `n` stands alone."""

    name: str
    href: str
    completed: int | None
    orders_href: str
    n: int
    ratings_href: str
    response: float | None
    response_href: str
    mean: str
    interval: str
    whisker: Whisker | None
    nps: str
    nps_interval: str
    # How many answers the NPS is of, and where they are.
    nps_n: int
    nps_href: str
    rank: int | None = None


@dataclass(frozen=True)
class Groups:
    """The rows, the scale their intervals are drawn on, and how many more there are."""

    kind: str
    rows: Sequence[GroupRow]
    scale: tuple[float, float]
    more: int = 0


@dataclass(frozen=True)
class Bar:
    """A part of a whole, as a row with a bar."""

    name: str
    count: int
    share: float | None
    href: str = ""
    note: str = ""


def by_driver(chosen: ReportFilter, perimeter: Perimeter, promoters: str) -> Groups:
    """The drivers who have an order or an answer, by name or ranked as the company has chosen."""
    found = driver_rows(chosen, perimeter, drivers_of(perimeter))
    wanted = [row for row in found if row.completed or row.n]
    rows = wanted[:MOST_DRIVERS]
    scale = _scale([row.stars for row in rows if row.enough])
    shown = [_driver(row, chosen, promoters, scale) for row in rows]
    return Groups("driver", shown, scale, len(wanted) - len(rows))


def _driver(row: DriverRow, chosen: ReportFilter, promoters: str, scale: tuple[float, float]) -> GroupRow:
    changed, figures = {"driver": row.driver.ref}, row.figures if row.enough else None
    found = _row(row.driver.name, f"/admin/drivers/{row.driver.id}", row.figures, chosen, changed, promoters, scale)
    if figures is not None:
        return GroupRow(**{**vars(found), "rank": row.rank})
    nothing = i18n.NO_DATA
    hidden = {"mean": nothing, "interval": "", "nps": nothing, "nps_interval": "", "whisker": None}
    return GroupRow(**{**vars(found), **hidden})


def by_group(kind: str, chosen: ReportFilter, perimeter: Perimeter, promoters: str) -> Groups:
    """The depots or channels of the perimeter."""
    return grouped(kind, feedback_by(chosen, perimeter, kind), chosen, promoters)


def grouped(kind: str, found: list[FeedbackRow], chosen: ReportFilter, promoters: str) -> Groups:
    """The depots or channels, by name; the orders that have none come last."""
    found = sorted(found, key=lambda row: (row.key is None, (row.name or "").casefold()))
    scale = _scale([row.feedback.stars for row in found])
    rows = []
    for row in found:
        name = row.name or gettext("no depot")
        # Of nothing there is no filter, so nothing leads there.
        changed = {kind: row.key} if row.key is not None else None
        href = address.here(**changed, cursor="") if changed else ""
        shown = channel_word(name) if kind == "channel" else name
        rows.append(_row(shown, href, row.feedback, chosen, changed, promoters, scale))
    return Groups(kind, rows, scale)


def _row(
    name: str,
    href: str,
    found: Feedback,
    chosen: ReportFilter,
    changed: dict[str, str] | None,
    promoters: str,
    scale: tuple[float, float],
) -> GroupRow:
    orders = eligible = ratings = answers = ""
    if changed is not None:
        orders, eligible = address.orders_of(chosen, **changed), address.orders_of(chosen, step="eligible", **changed)
        ratings, answers = address.ratings_of(chosen, **changed), address.ratings_of(chosen, promoters, **changed)
    stars, nps = found.stars, figure_of(found, promoters)
    return GroupRow(
        name,
        href,
        found.completed,
        orders,
        stars.n,
        ratings,
        found.response.value,
        eligible,
        written(stars.mean, "stars"),
        interval(stars, "stars") if stars.low is not None else "",
        whisker(stars.mean, stars.low, stars.high, scale),
        written(None if isinstance(nps, Mean) else nps.value, promoters),
        interval(nps, promoters) if nps.low is not None else "",
        nps.n,
        answers if nps.n else "",
    )


def _scale(shown: Sequence[Mean]) -> tuple[float, float]:
    """From the whole number below the lowest interval to 5."""
    lows = [stars.low for stars in shown if stars.low is not None]
    return float(min(floor(min(lows)), 4)) if lows else 1.0, 5.0


def distribution(found: Feedback, chosen: ReportFilter) -> list[Bar]:
    """The ratings of each number of stars, the highest first."""
    n = found.stars.n
    return [
        Bar(
            ngettext("%(num)s star", "%(num)s stars", stars) % {"num": stars},
            count,
            percentage(count, n),
            address.ratings_of(chosen, stars=stars) if count else "",
        )
        for stars, count in reversed(list(enumerate(found.stars.counts, 1)))
    ]


def way(found: Funnel, chosen: ReportFilter) -> list[Bar]:
    """From the message to the rating, each step a part of the one before; empty where nothing was sent."""
    if not found.sent:
        return []
    steps = [
        (gettext("Messages sent"), found.sent, "sent"),
        (gettext("Not refused"), found.reached, "reached"),
        (gettext("Orders rated"), found.rated, "reached_rated"),
        (gettext("With a comment"), found.commented, "reached_commented"),
    ]
    return [
        Bar(name, count or 0, percentage(count or 0, found.sent), address.orders_of(chosen, step=step) if count else "")
        for name, count, step in steps
    ]


def reasons(found: ReasonShares, chosen: ReportFilter) -> list[Bar]:
    """Each reason with its cause; an answer may give several."""
    return [
        Bar(
            reason_word(row.code, None),
            row.count,
            row.share.value,
            address.ratings_of(chosen, reason=row.code),
            gettext(CAUSES[row.cause]),
        )
        for row in found.rows
    ]


@dataclass(frozen=True)
class Cell:
    """How many, their share of the row, and where they are."""

    count: int
    share: float | None
    href: str


@dataclass(frozen=True)
class CrossRow:
    """The answers with so many stars: how many were detractors, passives and promoters, and their shares of the row."""

    stars: int
    href: str
    n: int
    cells: Sequence[Cell]


def crossed(found: Crosstab, chosen: ReportFilter) -> list[CrossRow]:
    """CSAT against NPS, the highest stars first; empty where nobody answered both."""
    if not found.n:
        return []
    rows = []
    for stars, counts in reversed(list(enumerate(found.counts, 1))):
        n = sum(counts)
        cells = [
            Cell(count, percentage(count, n), address.ratings_of(chosen, group, stars=stars) if count else "")
            for group, count in zip(("detractors", "passives", "promoters"), counts, strict=True)
        ]
        rows.append(CrossRow(stars, address.ratings_of(chosen, "nps", stars=stars) if n else "", n, cells))
    return rows


def share_in_words(found: Share) -> str:
    """A share with what it is of and how sure it is: `12.5% (9.1% to 16.8%, 95% sure), of 320`."""
    values = {"share": i18n.percent(found.value), "n": i18n.number(found.n)}
    if found.low is None or found.high is None:
        return gettext("%(share)s of %(n)s") % values
    ends = {"low": i18n.percent(found.low), "high": i18n.percent(found.high)}
    return gettext("%(share)s of %(n)s (%(low)s to %(high)s, 95%% sure)") % {**values, **ends}
