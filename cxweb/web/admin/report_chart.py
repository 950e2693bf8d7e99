"""The report's figures over time: by day, week, month, quarter or year, with every gap where nothing was said."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date

from cxweb.accounts.rules import Perimeter
from cxweb.analytics.queries import feedback_by
from cxweb.analytics.rules import Feedback, FeedbackRow, Mean, Promoters
from cxweb.core import i18n
from cxweb.core.i18n import gettext, lazy
from cxweb.periods.rules import MONTH, Span, cells, offered, still_filling, usual
from cxweb.rollups.rules import period_key
from cxweb.web.admin import address
from cxweb.web.admin.charts import PROMOTERS, STARS, Chart, Value, line
from cxweb.web.admin.report_choice import NPS_STARS, Choice
from cxweb.web.admin.report_tiles import Then

# How a cell is written on the axis and in the table; CLDR patterns.
TICKS = {"day": "d MMM", "week": "d MMM", "month": "MMM yy", "quarter": "QQQ yy", "year": "y"}
NAMES = {"day": "EEE d MMM y", "week": "d MMM y", "month": "LLLL y", "quarter": "QQQ y", "year": "y"}
TITLES = {
    "stars": {
        "day": lazy("Average rating by day"),
        "week": lazy("Average rating by week"),
        "month": lazy("Average rating by month"),
        "quarter": lazy("Average rating by quarter"),
        "year": lazy("Average rating by year"),
    },
    "nps": {
        "day": lazy("NPS by day"),
        "week": lazy("NPS by week"),
        "month": lazy("NPS by month"),
        "quarter": lazy("NPS by quarter"),
        "year": lazy("NPS by year"),
    },
    NPS_STARS: {
        "day": lazy("NPS (stars) by day"),
        "week": lazy("NPS (stars) by week"),
        "month": lazy("NPS (stars) by month"),
        "quarter": lazy("NPS (stars) by quarter"),
        "year": lazy("NPS (stars) by year"),
    },
}
WORDS = lazy(
    "Lowest %(lowest)s, highest %(highest)s, last %(last)s. The band shows where each lies with 95%% certainty; where "
    "nobody answered there is a gap."
)


@dataclass(frozen=True)
class DateRow:
    """A line of the table behind the chart; `filling` says that its response rate is not final."""

    name: str
    href: str
    orders_href: str
    completed: int | None
    response: float | None
    response_href: str
    n: int
    figure: str
    interval: str
    filling: bool


@dataclass(frozen=True)
class OverTime:
    """The chart with its words and the table behind it; without a chart the table stands alone."""

    by: str
    offered: Sequence[str]
    title: str
    # What who cannot see the chart should know of it, and what is written beside the line of the time before.
    words: str
    past_words: str
    chart: Chart | None
    rows: Sequence[DateRow]
    # Whether finer cells were asked for than anybody could read.
    coarser: bool


def over_time(choice: Choice, figure: str, past: Then | None, perimeter: Perimeter) -> OverTime | None:
    """The figure in the cells asked for, else in those the days are read in best; None without a figure."""
    by, found = _by(choice, perimeter)
    asked = choice.span or _extent(found, by)
    if asked is None or not found:
        return None
    # What lies ahead is no gap.
    asked = Span(asked.start, max(min(asked.end, choice.today), asked.start))
    rows = {row.key: row for row in found}
    placed = [(cell, rows.get(period_key(cell.start, by))) for cell in cells(asked, by)]
    values = [_value(row, cell, by, figure, choice) for cell, row in placed]
    table = [_row(row, value, cell, figure, choice) for (cell, row), value in zip(placed, values, strict=True) if row]
    then = _value_of(past[1], figure) if past and past[1] else None
    chart = line(values, STARS if figure == "stars" else PROMOTERS, then)
    before = gettext("a year before: %(value)s") if past and past[0] == "year" else gettext("before: %(value)s")
    title, words = gettext(TITLES[figure][by]), _words(chart, figure) if chart else ""
    coarser = bool(choice.by) and choice.by != by
    past_words = before % {"value": written(then, figure)}
    return OverTime(by, offered(asked.days), title, words, past_words, chart, table, coarser)


def _words(chart: Chart, figure: str) -> str:
    """The lowest, the highest and the last of the figures."""
    shown = [(value.value, value.name) for value in chart.shown if value.value is not None]
    found = {}
    for word, (value, name) in (("lowest", min(shown)), ("highest", max(shown)), ("last", shown[-1])):
        found[word] = f"{written(value, figure)} ({name})"
    return gettext(WORDS) % found


def _by(choice: Choice, perimeter: Perimeter) -> tuple[str, list[FeedbackRow]]:
    """The cells to cut into, and the figures in them. Without a first day that takes a look at the months there are."""
    days, found = choice.span, None
    if days is None:
        found = feedback_by(choice.filter, perimeter, MONTH)
        days = _extent(found, MONTH)
        if days is None:
            return MONTH, []
    by = choice.by if choice.by in offered(days.days) else usual(days.days)
    if found is None or by != MONTH:
        found = feedback_by(choice.filter, perimeter, by)
    return by, found


def _extent(found: Sequence[FeedbackRow], by: str) -> Span | None:
    """The days from the first of these cells to the last."""
    keys = [row.key for row in found if row.key]
    if not keys:
        return None
    first, last = (_start(key, by) for key in (keys[0], keys[-1]))
    return Span(cells(Span(first, first), by)[0].start, cells(Span(last, last), by)[0].end)


def _start(key: str, by: str) -> date:
    """The first day of a cell, from its name."""
    year, _, part = key.partition("-")
    if by == "week":
        return date.fromisocalendar(int(year), int(part[1:]), 1)
    if by == "quarter":
        return date(int(year), int(part[1:]) * 3 - 2, 1)
    return date.fromisoformat(f"{key}-01-01"[:10])


def figure_of(found: Feedback, figure: str) -> Mean | Promoters:
    """The figure of that name."""
    return found.stars if figure == "stars" else found.nps_stars if figure == NPS_STARS else found.nps


def _value_of(found: Feedback, figure: str) -> float | None:
    part = figure_of(found, figure)
    return part.mean if isinstance(part, Mean) else part.value


def written(value: float | None, figure: str) -> str:
    return i18n.number(value, 1) if figure == "stars" else i18n.signed(value)


def interval(found: Mean | Promoters, figure: str) -> str:
    """Where the figure lies with 95 % certainty, in words; `—` where too few answered."""
    if found.low is None or found.high is None:
        return i18n.NO_DATA
    return gettext("%(low)s to %(high)s") % {"low": written(found.low, figure), "high": written(found.high, figure)}


def _days(cell: Span, choice: Choice) -> dict[str, str]:
    """The days of a cell that were asked for, as an address has them."""
    chosen = choice.filter
    first, last = max(cell.start, chosen.start or cell.start), min(cell.end, chosen.end or cell.end)
    return {"from": first.isoformat(), "to": last.isoformat()}


def _value(row: FeedbackRow | None, cell: Span, by: str, figure: str, choice: Choice) -> Value:
    tick, name = i18n.day(cell.start, UTC, TICKS[by]), i18n.day(cell.start, UTC, NAMES[by])
    if row is None:
        return Value(tick, name, 0, None)
    found = figure_of(row.feedback, figure)
    href = address.ratings_of(choice.filter, "" if figure == "stars" else figure, **_days(cell, choice))
    return Value(tick, name, found.n, _value_of(row.feedback, figure), found.low, found.high, href)


def _row(row: FeedbackRow, value: Value, cell: Span, figure: str, choice: Choice) -> DateRow:
    chosen, days = choice.filter, _days(cell, choice)
    return DateRow(
        value.name,
        value.href,
        address.orders_of(chosen, **days),
        row.feedback.completed,
        row.feedback.response.value,
        address.orders_of(chosen, step="eligible", **days),
        value.n,
        written(value.value, figure),
        interval(figure_of(row.feedback, figure), figure),
        chosen.axis == "completed" and still_filling(cell.start, cell.end, choice.today),
    )
