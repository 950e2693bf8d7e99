"""What the report's address asks for: its filters, what it is compared with, which figure it draws, and cut by what."""

from dataclasses import dataclass, replace
from datetime import date

from cxweb.analytics.filters import ReportFilter
from cxweb.analytics.queries import BY
from cxweb.core import i18n
from cxweb.core.i18n import gettext, lazy
from cxweb.periods.rules import PRESETS, Span, previous, span, year_before
from cxweb.web.admin import address

NPS_STARS = "nps_stars"
FIGURES = ("stars", "nps", NPS_STARS)
COMPARISONS = ("previous", "year", "both", "none")
PRESET_WORDS = {
    "today": lazy("Today"),
    "yesterday": lazy("Yesterday"),
    "7_days": lazy("7 days"),
    "30_days": lazy("30 days"),
    "this_month": lazy("This month"),
    "last_month": lazy("Last month"),
    "this_quarter": lazy("This quarter"),
    "this_year": lazy("This year"),
    "all": lazy("Since the beginning"),
}


@dataclass(frozen=True)
class Choice:
    """What is asked for; with `errors` the filter is the empty one. An empty `by` or `figure` is left to the report."""

    filter: ReportFilter
    errors: list[address.Option]
    compare: str
    by: str
    figure: str
    today: date

    @property
    def span(self) -> Span | None:
        """The days asked for, None where they have no beginning."""
        return span(self.filter.start, self.filter.end, self.today)

    def pasts(self) -> list["Past"]:
        """What the figures are compared with, as far as there is a time before."""
        asked = self.span
        kinds = {"both": ("previous", "year"), "none": ()}.get(self.compare, (self.compare,))
        found = []
        for kind in kinds:
            days = None if asked is None else (previous if kind == "previous" else year_before)(asked)
            found.append(Past(kind, days, self._of(days)))
        return found

    def _of(self, days: Span | None) -> ReportFilter | None:
        return replace(self.filter, start=days.start, end=days.end) if days else None


@dataclass(frozen=True)
class Past:
    """A time the figures are compared with; without days there is none."""

    kind: str
    days: Span | None
    filter: ReportFilter | None

    @property
    def words(self) -> str:
        return i18n.days(self.days.start, self.days.end) if self.days else ""


def asked(today: date) -> Choice:
    """The choice of the address; what it cannot read is among the errors."""
    found = address.asked()
    errors = list(found.errors)
    chosen = {}
    for name, allowed in (("compare", COMPARISONS), ("by", BY), ("figure", FIGURES)):
        chosen[name] = address.one(name)
        if chosen[name] and chosen[name] not in allowed:
            errors.append((name, address.problem(name)))
    compare = chosen["compare"] or COMPARISONS[0]
    return Choice(found.filter, errors, compare, chosen["by"], chosen["figure"], today)


def presets(choice: Choice) -> list[tuple[str, str, bool]]:
    """The periods that are offered by name: address, words, and whether it is the one in force."""
    found = []
    for name, days_of in PRESETS.items():
        days = days_of(choice.today)
        start, end = (days.start, days.end) if days else (None, None)
        current = (choice.filter.start, choice.filter.end) == (start, end) and not choice.errors
        href = address.here(
            **{"from": start.isoformat() if start else "", "to": end.isoformat() if end else "", "cursor": ""}
        )
        found.append((href, gettext(PRESET_WORDS[name]), current))
    return found


def days_in_words(start: date | None, end: date | None) -> str:
    """`3–16 November 2026`, or since, or up to a day."""
    if start and end:
        return i18n.days(start, end)
    if start:
        return gettext("since %(day)s") % {"day": i18n.days(start, start)}
    if end:
        return gettext("up to %(day)s") % {"day": i18n.days(end, end)}
    return gettext("since the beginning")
