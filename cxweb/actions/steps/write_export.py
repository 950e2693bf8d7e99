"""Writes what an export was asked for into a file, all of it from one state of the database."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path

from cxweb.accounts.rules import Perimeter, Staff
from cxweb.analytics.filters import ReportFilter
from cxweb.analytics.queries import feedback, feedback_by
from cxweb.analytics.rules import Feedback, FeedbackRow
from cxweb.company.queries import settings_now
from cxweb.company.rules import CompanySettings
from cxweb.core import clock
from cxweb.core.i18n import gettext, lazy, moment
from cxweb.core.snapshot import snapshot
from cxweb.drivers.queries import code_key, driver_rows
from cxweb.drivers.rules import shown_driver
from cxweb.exports.csv_text import write_csv
from cxweb.exports.feedback_sheets import by_date, by_driver
from cxweb.exports.feedback_sheets import comments as comments_sheet
from cxweb.exports.sheets import Book, Sheet
from cxweb.exports.xlsx import write_xlsx
from cxweb.orders.queries import drivers_of
from cxweb.reports.filters import ExportChoice
from cxweb.reports.queries import comment_stars, comments, named
from cxweb.reports.rules import Comment

FILTERS: Mapping[str, str] = {
    "from": lazy("From"),
    "to": lazy("To"),
    "depot": lazy("Depot"),
    "driver": lazy("Driver"),
    "channel": lazy("Service"),
    "tag": lazy("Tag"),
    "stars": lazy("Stars"),
    "reason": lazy("Reasons"),
    "survey": lazy("Survey"),
}
AXES: Mapping[str, str] = {"completed": lazy("the completion"), "answered": lazy("the answer")}
# How many comments are written between two calls that tell how far it is.
TOLD_EVERY = 500
Told = Callable[[int], None]


def write_export(choice: ExportChoice, by: Staff, path: Path, told: Told = lambda _done: None) -> None:
    """Write the file of what the person sees, in the language in force; `told` hears how many comments are written.

    Raises OSError, as where the disk is full, and whatever `told` raises.
    """
    company = settings_now()
    with snapshot():
        sheets = [_sheet(name, choice, by.perimeter, company, told) for name in choice.sheets]
        if choice.format == "csv":
            write_csv(sheets[0], path)
        else:
            title = gettext("Customer feedback")
            write_xlsx(Book(title, company.shown_name, clock.now(), _facts(choice, by, company), sheets), path)


def _sheet(name: str, choice: ExportChoice, perimeter: Perimeter, company: CompanySettings, told: Told) -> Sheet:
    chosen = choice.filter
    if name == "comments":
        found = _counted(comments(chosen, perimeter), told)
        return comments_sheet(comment_stars(chosen, perimeter), found, company.zone)
    total = feedback(chosen, perimeter)
    if name == "driver":
        return _drivers(total, chosen, perimeter, company)
    return by_date(total, feedback_by(chosen, perimeter, choice.by), choice.by)


def _drivers(total: Feedback, chosen: ReportFilter, perimeter: Perimeter, company: CompanySettings) -> Sheet:
    """The drivers in the order and with the ranks of the pages, then the orders nobody drove."""
    key = code_key(company)
    found = [row for row in driver_rows(chosen, perimeter, drivers_of(perimeter)) if row.completed or row.n]
    shown = {row.driver.ref: shown_driver(row.driver.ref, row.driver.name, key) for row in found}
    ranked = {shown[row.driver.ref][0]: row.rank for row in found if row.rank is not None}
    ranks = ranked if company.drivers_ranking else None
    nobody = (row for row in feedback_by(chosen, perimeter, "driver") if row.key is None)
    named = (FeedbackRow(*shown[row.driver.ref], row.figures) for row in found)
    return by_driver(total, [*named, *nobody], ranks)


def _counted(found: Iterable[Comment], told: Told) -> Iterator[Comment]:
    for number, comment in enumerate(found, start=1):
        yield comment
        if number % TOLD_EVERY == 0:
            told(number)


def _facts(choice: ExportChoice, by: Staff, company: CompanySettings) -> dict[str, str]:
    """What the workbook says of itself: the filters, what of the company is seen, the zone, and when it was made."""
    facts = {gettext("Part of the company"): by.depot_name or gettext("all depots")}
    facts[gettext("Days of")] = gettext(AXES[choice.filter.axis])
    words = named(choice.filter, by.perimeter, code_key(company))
    for name, asked in choice.filter.normalised().items():
        value = words.get(name, asked)
        if name in FILTERS:
            facts[gettext(FILTERS[name])] = ", ".join(map(str, value)) if isinstance(value, list) else str(value)
    facts[gettext("Time zone")] = company.zone.key
    facts[gettext("Made")] = moment(clock.now(), company.zone, "d MMM y, HH:mm:ss ZZZZZ")
    return facts
