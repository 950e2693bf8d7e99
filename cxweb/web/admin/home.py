"""The first screen: what needs somebody, the day's figures, the last ratings."""

from datetime import date, timedelta

from flask import flash, redirect
from flask.typing import ResponseReturnValue

from cxweb.actions.remove_demo import remove_demo as remove
from cxweb.analytics.filters import ReportFilter, day_start
from cxweb.analytics.queries import feedback
from cxweb.company.queries import settings, stored
from cxweb.core import clock
from cxweb.core.i18n import gettext
from cxweb.notifications.queries import counts
from cxweb.orders.queries import day_counts
from cxweb.reviews.queries import answers
from cxweb.web.admin.tasks import tasks_of
from cxweb.web.session import me
from cxweb.web.shell import render

WEEK, MONTH = 7, 30


def index() -> ResponseReturnValue:
    company, now, person = settings(), clock.now(), me()
    today = now.astimezone(company.zone).date()
    messages = counts(person.perimeter)
    return render(
        "admin/home.html",
        tasks=tasks_of(person, today, now, messages),
        day=day_counts(
            person.perimeter, day_start(today, company.zone), day_start(today + timedelta(days=1), company.zone)
        ),
        week=feedback(_last(WEEK, today), person.perimeter),
        month=feedback(_last(MONTH, today), person.perimeter),
        messages=messages,
        last=answers(ReportFilter(axis="answered"), person.perimeter, size=6).items,
        demo=stored("demo") is not None and person.may_change("company"),
        zone=company.zone,
        now=now,
        today=today,
    )


def remove_demo() -> ResponseReturnValue:
    remove(me())
    flash(gettext("The demo is gone. Everything from now on is yours."), "done")
    return redirect("/admin/", 303)


def _last(days: int, today: date) -> ReportFilter:
    """The last so many days, today included."""
    return ReportFilter(start=today - timedelta(days=days - 1), end=today)
