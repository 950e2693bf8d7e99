"""The three sheets of the customer feedback: by driver, by date, comments. In the language in force."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date, tzinfo

from cxweb.analytics.rules import LEAST_OF_A_DRIVER, Feedback, FeedbackRow, Mean
from cxweb.core.i18n import NO_DATA, gettext
from cxweb.exports.sheets import Cell, Column, Sheet
from cxweb.orders.messages import channel_word
from cxweb.reports.rules import Comment


def by_driver(total: Feedback, groups: Iterable[FeedbackRow], ranks: Mapping[str, int] | None) -> Sheet:
    """A row for each driver, and one for the orders nobody drove; with `ranks` by the driver's ref, where the company
    ranks. With fewer than LEAST_OF_A_DRIVER ratings figures say more of chance than of the person: then counts alone
    stand there."""
    columns = [Column(gettext("Driver"), "text", 26), Column(gettext("Driver’s number"), "text", 16)]
    columns += [] if ranks is None else [Column(gettext("Rank"))]
    nothing = [None] * (len(columns) - 1)
    rows = (_driver(group, ranks) for group in groups)
    totals = [gettext("Total"), *nothing, *_figures(total)]
    return Sheet(gettext("By driver"), [*columns, *_figure_columns()], totals, rows)


def by_date(total: Feedback, groups: Iterable[FeedbackRow], by: str) -> Sheet:
    """A row for each day, or longer period, that has an order or an answer; a longer one also has its name."""
    period = [] if by == "day" else [Column(gettext("Period"), "text", 12)]
    columns = [Column(gettext("Date"), "day", 12), *period, *_figure_columns()]
    rows = (
        [first_day(group.key or ""), *([group.key] if period else []), *_figures(group.feedback)] for group in groups
    )
    totals = [gettext("Total"), *([None] if period else []), *_figures(total)]
    return Sheet(gettext("By date"), columns, totals, rows)


def comments(stars: Mean, found: Iterable[Comment], zone: tzinfo) -> Sheet:
    """A row for each answer in words; in the totals how many there are, and the mean of their stars."""
    columns = [
        Column(gettext("Answered"), "moment", 17),
        Column(gettext("Order"), "text", 16),
        Column(gettext("Completed"), "moment", 17),
        Column(gettext("Depot"), "text", 18),
        Column(gettext("Driver"), "text", 26),
        Column(gettext("Service"), "text", 14),
        Column(gettext("Stars"), "two", 10),
        Column(gettext("Comment"), "text", 70),
        Column(gettext("Answer to the open question"), "text", 50),
        Column(gettext("NPS answer"), "whole", 12),
        Column(gettext("Effort answer"), "whole", 12),
        Column(gettext("Reasons"), "text", 36),
    ]
    totals: list[Cell] = [gettext("Total"), stars.n, None, None, None, None, _shown(stars.mean)]
    rows = _comment_rows(found, zone)
    return Sheet(gettext("Comments"), columns, totals, rows)


def _comment_rows(found: Iterable[Comment], zone: tzinfo) -> Iterator[list[Cell]]:
    for answer in found:
        yield [
            answer.answered_at.astimezone(zone),
            answer.order,
            answer.completed_at.astimezone(zone) if answer.completed_at else None,
            answer.depot,
            ", ".join(answer.drivers) or None,
            channel_word(answer.channel),
            answer.stars,
            answer.comment,
            answer.open,
            answer.nps,
            answer.ces,
            ", ".join(answer.reasons) or None,
        ]


def _driver(group: FeedbackRow, ranks: Mapping[str, int] | None) -> list[Cell]:
    key = group.key
    named: list[Cell] = [gettext("No driver") if key is None else group.name or key, key]
    named += [] if ranks is None else [_shown(ranks.get(key or ""))]
    figures = _figures(group.feedback)
    if key is not None and group.feedback.stars.n < LEAST_OF_A_DRIVER:
        figures = [value if place in COUNTS else NO_DATA for place, value in enumerate(figures)]
    return named + figures


# Where completed, rated and the number of ratings stand among the figures.
COUNTS = (0, 2, 4)


def _figure_columns() -> list[Column]:
    def pair(title: str, shows: str) -> list[Column]:
        low, high = gettext("%(figure)s, low"), gettext("%(figure)s, high")
        return [Column(words % {"figure": title}, shows) for words in ("%(figure)s", low, high)]

    return [
        Column(gettext("Completed orders")),
        Column(gettext("To be rated")),
        Column(gettext("Rated")),
        Column(gettext("Response rate (%)"), "one"),
        Column(gettext("Ratings")),
        *pair(gettext("Average rating"), "two"),
        *pair(gettext("CSAT (%)"), "one"),
        Column(gettext("NPS answers")),
        *pair(gettext("NPS"), "one"),
        Column(gettext("Ultra-detractors (%)"), "one"),
        Column(gettext("NPS (stars) answers")),
        *pair(gettext("NPS (stars)"), "one"),
        Column(gettext("CES answers")),
        *pair(gettext("CES"), "two"),
        Column(gettext("Easy (%)"), "one"),
    ]


def _figures(found: Feedback) -> list[Cell]:
    figures = (
        *(found.completed, found.eligible, found.rated, found.response_rate),
        *(found.stars.n, found.stars.mean, found.stars.low, found.stars.high),
        *(found.csat.value, found.csat.low, found.csat.high),
        *(found.nps.n, found.nps.value, found.nps.low, found.nps.high, found.tud.value),
        *(found.nps_stars.n, found.nps_stars.value, found.nps_stars.low, found.nps_stars.high),
        *(found.ces.n, found.ces.mean, found.ces.low, found.ces.high, found.easy_share),
    )
    return [_shown(value) for value in figures]


def _shown(value: float | None) -> Cell:
    return NO_DATA if value is None else value


def first_day(key: str) -> date:
    """The first day of a period: `2018-05-01`, `2018-W18`, `2018-05`, `2018-Q2`, `2018`."""
    year, _, rest = key.partition("-")
    if rest.startswith("W"):
        return date.fromisocalendar(int(year), int(rest[1:]), 1)
    if rest.startswith("Q"):
        return date(int(year), 3 * int(rest[1:]) - 2, 1)
    month, _, day = rest.partition("-")
    return date(int(year), int(month or 1), int(day or 1))
