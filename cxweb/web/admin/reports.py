"""Saved reports: filters kept under a name, and how often their figures come by e-mail; and the files one asked for."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from urllib.parse import parse_qs

from flask import abort, current_app, flash, redirect, request
from flask.typing import ResponseReturnValue

from cxweb.accounts.rules import Perimeter
from cxweb.actions.change_report import change_report
from cxweb.actions.delete_report import delete_report
from cxweb.actions.save_report import save_report
from cxweb.analytics.filters import InvalidFilter, ReportFilter, read
from cxweb.company.queries import settings
from cxweb.core import clock
from cxweb.core.i18n import gettext, lazy
from cxweb.reports.filters import query_of
from cxweb.reports.queries import described, exports_of, reports_of
from cxweb.reports.rules import (
    LONGEST_NAME,
    MONTHLY,
    MOST_REPORTS,
    NEVER,
    WEEKLY,
    NameTaken,
    TooManyReports,
    UnknownReport,
)
from cxweb.web.admin.address import plain, problem
from cxweb.web.admin.report_choice import days_in_words
from cxweb.web.session import me
from cxweb.web.shell import render

HERE = "/admin/reports"
REPORT = "/admin/analytics/feedback"
# What of an address is no filter and makes no part of a saved one.
LEFT_OUT = frozenset({"cursor", "lang", "csrf_token", "format", "sheet"})
LONGEST_QUERY, MOST_FIELDS = 2_000, 100
SCHEDULE_WORDS: Mapping[str, str] = {
    NEVER: lazy("never"),
    WEEKLY: lazy("every Monday, for the week before"),
    MONTHLY: lazy("on the 1st, for the month before"),
}


@dataclass(frozen=True)
class Given:
    """A form as it was sent, and what is wrong with it; `about` is its report, None for a new one."""

    name: str = ""
    query: str = ""
    schedule: str = NEVER
    problem: str = ""
    about: int | None = None


def index() -> ResponseReturnValue:
    return _page()


def create() -> ResponseReturnValue:
    given = _given(None)
    try:
        if not given.problem:
            save_report(given.name, given.query, given.schedule, me())
    except NameTaken:
        given = replace(given, problem=_taken())
    except TooManyReports:
        words = gettext("You keep %(most)s reports already. Delete one first.") % {"most": MOST_REPORTS}
        given = replace(given, problem=words)
    return _done(given, gettext("The report is saved."))


def update(report_id: int) -> ResponseReturnValue:
    given = _given(report_id)
    try:
        if not given.problem:
            change_report(report_id, given.name, given.schedule, me())
    except NameTaken:
        given = replace(given, problem=_taken())
    except UnknownReport:
        abort(404)
    return _done(given, gettext("Saved. It is in force now."))


def delete(report_id: int) -> ResponseReturnValue:
    try:
        delete_report(report_id, me())
    except UnknownReport:
        abort(404)
    return _done(Given(), gettext("The report is deleted."))


def _done(given: Given, words: str) -> ResponseReturnValue:
    if given.problem:
        return _page(given), 422
    flash(words, "done")
    return redirect(HERE, 303)


def _page(given: Given | None = None) -> str:
    person, zone = me(), settings().zone
    reports = reports_of(person.id)
    return render(
        "admin/reports.html",
        reports=[
            (report, f"{REPORT}?{report.query}", summary(read(parse_qs(report.query)), person.perimeter))
            for report in reports
        ],
        exports=exports_of(person.id, clock.now()) if person.may("export") else [],
        given=given or Given(),
        schedules=schedules(),
        longest=LONGEST_NAME,
        smtp=bool(current_app.config["CXWEB"].smtp_url),
        report_address=REPORT,
        zone=zone,
    )


def schedules() -> list[tuple[str, str]]:
    """How often a report may be sent: values and words."""
    return [(name, gettext(words)) for name, words in SCHEDULE_WORDS.items()]


def _given(about: int | None) -> Given:
    name, schedule = plain(request.form.get("name", ""))[:LONGEST_NAME], request.form.get("schedule") or NEVER
    query, wrong = _query(request.form.get("query", "")) if about is None else ("", "")
    if not name:
        wrong = gettext("Give the report a name, so that you find it again.")
    if schedule not in SCHEDULE_WORDS:
        wrong = gettext("Choose how often it is sent.")
    return Given(name, query, schedule if schedule in SCHEDULE_WORDS else NEVER, wrong, about)


def _query(text: str) -> tuple[str, str]:
    """The part of an address that is kept, and what is wrong with it."""
    try:
        values = parse_qs(text, errors="strict", max_num_fields=MOST_FIELDS)
        kept = {name: [plain(each) for each in found] for name, found in values.items() if name not in LEFT_OUT}
        read(kept)
    except InvalidFilter as error:
        return "", problem(error.errors[0][0])
    except ValueError:
        return "", gettext("The filters of this report cannot be read.")
    query = query_of(kept)
    return (query, "") if len(query) <= LONGEST_QUERY else ("", gettext("These are too many filters to be kept."))


def summary(chosen: ReportFilter, perimeter: Perimeter) -> str:
    """Which orders and answers it is about, in a line: dates, then what restricts them."""
    return ", ".join([days_in_words(chosen.start, chosen.end), *described(chosen, perimeter)])


def _taken() -> str:
    return gettext("You have another report of this name.")
