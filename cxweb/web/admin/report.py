"""Analytics, customer feedback: the figures of a time, what they were before, and every rating behind them."""

from dataclasses import replace

from flask import request
from flask.typing import ResponseReturnValue

from cxweb.accounts.rules import Perimeter
from cxweb.analytics.filters import ReportFilter
from cxweb.analytics.queries import GROUPS, crosstab, feedback, funnel, reason_shares
from cxweb.analytics.rules import LEAST_OF_A_DRIVER, Feedback
from cxweb.company.queries import settings
from cxweb.core import clock
from cxweb.core.days import day_of
from cxweb.core.i18n import gettext, ngettext, number
from cxweb.periods.rules import still_filling
from cxweb.reviews.queries import answers, open_answers
from cxweb.web.admin import address, report_choice
from cxweb.web.admin.report_chart import over_time
from cxweb.web.admin.report_choice import FIGURES, NPS_STARS, Choice
from cxweb.web.admin.report_tables import by_driver, by_group, crossed, distribution, reasons, share_in_words, way
from cxweb.web.admin.report_tiles import Then, tiles
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
    pasts = choice.pasts()
    past = [(then.kind, feedback(then.filter, perimeter) if then.filter else None) for then in pasts]
    figure = choice.figure or FIGURES[0]
    promoters = "nps" if found.nps.n or not found.nps_stars.n else NPS_STARS
    way_found, reasons_found = funnel(chosen, perimeter), reason_shares(chosen, perimeter)
    filling = chosen.axis == "completed" and still_filling(chosen.start, chosen.end, choice.today)
    return {
        "heading": _heading(choice, found),
        "found": found,
        "pasts": pasts,
        # Where no time lies before, one sentence says so for all tiles.
        "tiles": tiles(found, past if any(then.days for then in pasts) else [], chosen, filling=filling),
        "filling": filling,
        "figure": figure,
        "figures": [name for name in FIGURES if name == "stars" or getattr(found, name).n],
        "distribution": distribution(found, chosen),
        "funnel": way_found,
        "way": way(way_found, chosen),
        "reasons": reasons(reasons_found, chosen),
        "reasoned": reasons_found.n,
        "own": share_in_words(reasons_found.own),
        "crossed": crossed(crosstab(chosen, perimeter), chosen),
        "all_ratings": address.of_filter("/admin/ratings", chosen),
        "all_drivers": address.of_filter("/admin/drivers", chosen),
        **_cut(choice, figure, past[0] if past else None, perimeter, promoters),
        **_answers(chosen, perimeter),
    }


def _heading(choice: Choice, found: Feedback) -> str:
    """Which days the report is about, by which date, and of how many orders."""
    days = report_choice.days_in_words(choice.filter.start, choice.filter.end)
    if choice.filter.axis == "answered":
        words = gettext("%(days)s, by the date of the rating.")
    else:
        words = gettext("%(days)s, by the date of completion.")
    parts = [words % {"days": days[:1].upper() + days[1:]}]
    if found.completed is not None:
        counted = ngettext("%(n)s order completed", "%(n)s orders completed", found.completed)
        eligible = ngettext("%(n)s to rate", "%(n)s to rate", found.eligible or 0)
        counted, eligible = counted % {"n": number(found.completed)}, eligible % {"n": number(found.eligible)}
        parts.append(f"{counted}, {eligible}.")
    return " ".join(parts)


def _cut(choice: Choice, figure: str, past: Then | None, perimeter: Perimeter, promoters: str) -> dict[str, object]:
    """The figures over time or by a group, as the address asks, and always by depot and channel."""
    chosen, kind = choice.filter, choice.by
    groups = {name: by_group(name, chosen, perimeter, promoters) for name in ("depot", "channel")}
    return {
        "least": LEAST_OF_A_DRIVER,
        "promoters": promoters,
        "time": over_time(choice, figure, past, perimeter) if kind not in GROUPS else None,
        "group": by_driver(chosen, perimeter, promoters) if kind == "driver" else groups.get(kind),
        "groups": [group for name, group in groups.items() if len(group.rows) > 1 and name != kind],
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
        # Nobody is counted here: that would read every answer of the filter.
        "open_page": said if said.items or stars else None,
        "open_first": address.with_cursor("", "open_cursor") if address.one("open_cursor") else None,
        "open_next": address.with_cursor(said.next_cursor, "open_cursor"),
    }
