"""Analytics, customer feedback: the figures of a time, what they were before, and every rating behind them."""

from collections.abc import Sequence
from dataclasses import replace
from functools import partial

from flask import request
from flask.typing import ResponseReturnValue

from cxweb.accounts.rules import Perimeter
from cxweb.analytics.filters import ReportFilter
from cxweb.analytics.queries import GROUPS, crosstab, feedback, funnel, open_answer_counts, reason_shares
from cxweb.analytics.rules import LEAST_OF_A_DRIVER, Feedback, Funnel
from cxweb.company.queries import settings
from cxweb.core import clock
from cxweb.core.days import day_of
from cxweb.core.i18n import NO_DATA, gettext, ngettext, number
from cxweb.periods.rules import still_filling
from cxweb.reviews.queries import answers, open_answers
from cxweb.web.admin import address, report_choice
from cxweb.web.admin.report_chart import over_time
from cxweb.web.admin.report_choice import FIGURES, NPS_STARS, Choice, Past
from cxweb.web.admin.report_tables import by_driver, by_group, crossed, distribution, reasons, share_in_words, way
from cxweb.web.admin.report_tiles import Line, Then, tiles
from cxweb.web.admin.reports import schedules
from cxweb.web.session import me
from cxweb.web.shell import render

PATH = "/admin/analytics/feedback"
REVIEWS, OPEN_ANSWERS = 12, 6
OPEN_STARS = ("1", "2", "3", "4", "5")


def index() -> ResponseReturnValue:
    perimeter, zone, now = me().perimeter, settings().zone, clock.now()
    choice = report_choice.asked(day_of(now, zone))
    report = {} if choice.errors else _report(choice, perimeter)
    html = render(
        "admin/report.html",
        choice=choice,
        asked=address.one,
        bar=address.bar(choice.filter, perimeter),
        presets=report_choice.presets(choice),
        days=report_choice.days_in_words(choice.filter.start, choice.filter.end),
        export=_export(choice) if me().may("export") and not choice.errors else "",
        query=request.query_string.decode(errors="replace"),
        schedules=schedules(),
        here=address.here,
        now=now,
        zone=zone,
        **report,
    )
    return html, 422 if choice.errors else 200


def _export(choice: Choice) -> str:
    """The address of the same figures as a file."""
    return address.of_filter(f"{PATH}/export", choice.filter, by=choice.by, sort=choice.filter.sort)


def _report(choice: Choice, perimeter: Perimeter) -> dict[str, object]:
    """Everything below the filters."""
    chosen = choice.filter
    found = feedback(chosen, perimeter)
    pasts = [(then, feedback(then.filter, perimeter) if then.filter else None) for then in choice.pasts()]
    # A time without an order or a rating is said to be so once, and not in every tile.
    past: list[Then] = [(then.kind, figures) for then, figures in pasts if figures and _has_any(figures)]
    figure = choice.figure or FIGURES[0]
    promoters = "nps" if found.nps.n or not found.nps_stars.n else NPS_STARS
    way_found, reasons_found = funnel(chosen, perimeter), reason_shares(chosen, perimeter)
    filling = chosen.axis == "completed" and still_filling(chosen.start, chosen.end, choice.today)
    return {
        "heading": _heading(choice, found),
        "found": found,
        "nothing": not _has_any(found),
        "compared": _compared(pasts),
        "tiles": tiles(found, past, chosen, filling=filling),
        "filling": filling,
        "figure": figure,
        "figures": [name for name in FIGURES if name == "stars" or getattr(found, name).n],
        "distribution": distribution(found, chosen),
        "funnel": way_found,
        "way": way(way_found, chosen),
        "reasons": reasons(reasons_found, chosen),
        "reasoned": reasons_found.n,
        "own": share_in_words(reasons_found.own),
        "behind": _behind(chosen, way_found),
        "crossed": crossed(crosstab(chosen, perimeter), chosen),
        "all_drivers": address.of_filter("/admin/drivers", chosen),
        **_cut(choice, figure, past[0] if past else None, perimeter, promoters),
        **_answers(chosen, perimeter),
    }


def _has_any(found: Feedback) -> bool:
    """Whether there is anything to say of the days: an order, or a rating."""
    return bool(found.completed or found.stars.n)


def _compared(pasts: Sequence[tuple[Past, Feedback | None]]) -> list[str]:
    """What the figures are compared with, in sentences; a time that holds nothing to compare with is said to."""
    if pasts and not any(then.days for then, _ in pasts):
        return [gettext("Compared with: —. These days have no beginning, so nothing lies before them.")]
    found = []
    for then, figures in pasts:
        words = (
            gettext("Compared with %(days)s.")
            if figures and _has_any(figures)
            else gettext("%(days)s: — nothing to compare with.")
        )
        found.append(words % {"days": then.words or NO_DATA})
    return found


def _behind(chosen: ReportFilter, way_found: Funnel) -> dict[str, str]:
    """The addresses of what is counted beside the charts; empty where nothing was."""
    return {
        "ratings": address.ratings_of(chosen),
        "spam": address.ratings_of(chosen, "spam"),
        "reasons": address.ratings_of(chosen, "reasons"),
        "driver_reasons": address.ratings_of(chosen, "driver_reasons"),
        "by_phone": address.orders_of(chosen, step="by_phone"),
        "rated_unasked": address.orders_of(chosen, step="rated_unasked") if way_found.rated_without_message else "",
        "opened": address.orders_of(chosen, step="opened") if way_found.opened else "",
    }


def _heading(choice: Choice, found: Feedback) -> list[Line]:
    """Which days the report is about, by which date, and of how many orders."""
    days = report_choice.days_in_words(choice.filter.start, choice.filter.end)
    if choice.filter.axis == "answered":
        words = gettext("%(days)s, by the date of the rating.")
    else:
        words = gettext("%(days)s, by the date of completion.")
    parts = [Line(words % {"days": days[:1].upper() + days[1:]})]
    if found.completed is not None:
        counted = ngettext("%(n)s order completed", "%(n)s orders completed", found.completed)
        behind = address.orders_of(choice.filter) if found.completed else ""
        parts.append(Line(counted % {"n": number(found.completed)}, behind))
        eligible = ngettext("%(n)s to rate", "%(n)s to rate", found.eligible or 0)
        behind = address.orders_of(choice.filter, step="eligible") if found.eligible else ""
        parts.append(Line(eligible % {"n": number(found.eligible)}, behind))
    return parts


def _cut(choice: Choice, figure: str, past: Then | None, perimeter: Perimeter, promoters: str) -> dict[str, object]:
    """The figures over time or by a group, as the address asks."""
    chosen, kind = choice.filter, choice.by
    group = by_driver if kind == "driver" else partial(by_group, kind)
    return {
        "least": LEAST_OF_A_DRIVER,
        "promoters": promoters,
        "time": over_time(choice, figure, past, perimeter) if kind not in GROUPS else None,
        "group": group(chosen, perimeter, promoters) if kind in GROUPS else None,
    }


def _answers(chosen: ReportFilter, perimeter: Perimeter) -> dict[str, object]:
    """A page of the reviews, and one of the answers to the open question by those who gave so many stars, or by all."""
    page = address.cut(lambda cursor: answers(chosen, perimeter, cursor=cursor, size=REVIEWS))
    found = address.one("open")
    stars = int(found) if found in OPEN_STARS else None
    newest = replace(chosen, sort="newest")
    said = address.cut(lambda cursor: open_answers(newest, perimeter, stars, cursor, OPEN_ANSWERS), name="open_cursor")
    return {
        "page": page,
        "first": address.with_cursor("") if address.one("cursor") else None,
        "next": address.with_cursor(page.next_cursor),
        "open_stars": stars,
        "open_page": said if said.items or stars else None,
        "open_counts": open_answer_counts(chosen, perimeter),
        "open_first": address.with_cursor("", "open_cursor") if address.one("open_cursor") else None,
        "open_next": address.with_cursor(said.next_cursor, "open_cursor"),
    }
