"""The first screen: what needs somebody, the day's figures, the last ratings."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from flask import flash, redirect
from flask.typing import ResponseReturnValue

from cxweb.accounts.rules import Staff
from cxweb.actions.remove_demo import remove_demo as remove
from cxweb.analytics.filters import ReportFilter, day_start
from cxweb.analytics.queries import answers, feedback
from cxweb.company.queries import settings, stored
from cxweb.core import clock
from cxweb.core.i18n import gettext, ngettext
from cxweb.notifications.queries import counts
from cxweb.orders.queries import day_counts, late_count
from cxweb.web.session import me
from cxweb.web.shell import render

WEEK, MONTH = 7, 30


@dataclass(frozen=True)
class Task:
    """Something that waits for a person: one sentence, and where to act on it."""

    look: str
    text: str
    href: str
    link: str


def index() -> ResponseReturnValue:
    company, now, person = settings(), clock.now(), me()
    today = now.astimezone(company.zone).date()
    messages = counts(person.perimeter)
    return render(
        "admin/home.html",
        tasks=_tasks(person, today, now, messages),
        day=day_counts(
            person.perimeter, day_start(today, company.zone), day_start(today + timedelta(days=1), company.zone)
        ),
        week=feedback(_last(WEEK, today), person.perimeter),
        month=feedback(_last(MONTH, today), person.perimeter),
        messages=messages,
        last=answers(ReportFilter(axis="answered"), person.perimeter, size=6).items,
        demo=stored("demo") is not None and person.may("settings"),
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


def _tasks(person: Staff, today: date, now: datetime, messages: dict[str, int]) -> list[Task]:
    yesterday = today - timedelta(days=1)
    low = feedback(ReportFilter(start=yesterday, axis="answered", stars=(1, 2)), person.perimeter).stars.n
    late = late_count(person.perimeter, now) if person.may("orders") else 0
    failed, doubt = (messages[state] if person.may("contacts") else 0 for state in ("failed", "uncertain"))
    low_text = ngettext(
        "%(n)s rating of 1 or 2 stars has come in since yesterday.",
        "%(n)s ratings of 1 or 2 stars have come in since yesterday.",
        low,
    )
    late_text = ngettext("%(n)s order is past its window.", "%(n)s orders are past their window.", late)
    failed_text = ngettext("%(n)s message could not be sent.", "%(n)s messages could not be sent.", failed)
    doubt_text = ngettext(
        "%(n)s message has perhaps been sent: the gateway gave no answer.",
        "%(n)s messages have perhaps been sent: the gateway gave no answer.",
        doubt,
    )
    ratings = f"/admin/ratings?stars=1&stars=2&from={yesterday.isoformat()}"
    found = (
        (low, Task("fail", low_text, ratings, gettext("Read them"))),
        (late, Task("late", late_text, "/admin/orders?status=late", gettext("See them"))),
        (doubt, Task("late", doubt_text, "/admin/messages?state=uncertain", gettext("See them"))),
        (failed, Task("fail", failed_text, "/admin/messages?state=failed", gettext("See them"))),
    )
    return [Task(task.look, task.text % {"n": n}, task.href, task.link) for n, task in found if n]
