"""Every component once, so that a look and a test see them all."""

from dataclasses import replace
from datetime import UTC, date, timedelta

from flask.typing import ResponseReturnValue
from flask_wtf import FlaskForm
from wtforms import StringField

from cxweb.analytics.filters import ReportFilter
from cxweb.analytics.rules import FIVE_STARS, Counts, FeedbackRow, Mean, figures, mean
from cxweb.company.queries import settings
from cxweb.core import clock, i18n
from cxweb.core.i18n import lazy
from cxweb.notifications.models import STATES
from cxweb.orders.rules import STATUSES
from cxweb.reviews.queries import Answer
from cxweb.web.admin import address
from cxweb.web.admin.charts import STARS, Value, line, whisker
from cxweb.web.admin.order_page import Step
from cxweb.web.admin.report_tables import distribution, grouped
from cxweb.web.admin.report_tiles import tiles
from cxweb.web.session import me
from cxweb.web.shell import MENU, render


class ExampleForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF ships no types
    name = StringField(lazy("Name"))
    email = StringField(lazy("E-mail address"))


def index() -> ResponseReturnValue:
    now, form = clock.now(), ExampleForm(data={"name": "Nadia", "email": "nadia@"})
    form.email.errors = [lazy("This is not an e-mail address. It looks like name@example.com.")]
    comment = "Livré à l’heure, et le livreur a monté le colis jusqu’au troisième. Merci !"
    answer = Answer(1, 4, comment, "fr", now - timedelta(minutes=12), 4821, "4821", [(1, "Hugo Marchand")])
    low = Answer(2, 2, None, None, now - timedelta(hours=3), 4752, "4752", [(2, "Bartosz Nowak")], 3, 2)
    low = replace(low, reasons=("late", "damaged"), marks=("seconds_after",))
    return render(
        "admin/components.html",
        form=form,
        answers=[answer, low],
        steps=[Step(status, now, None, me().name) for status in STATUSES],
        statuses=STATUSES,
        message_states=STATES,
        icons=[entry.icon for entry in MENU] + ["more", "plus"],
        now=now,
        zone=settings().zone,
        bar=address.bar(ReportFilter(), me().perimeter),
        **_figures(),
    )


def _figures() -> dict[str, object]:
    """Made-up figures as a report draws them."""
    now = clock.now()
    months = _months(now.date())
    found = figures(Counts(900, 870, 331, (8, 7, 16, 57, 243), (0,) * 5, (4, 0, 3, 2, 1, 5, 9, 30, 60, 70, 90)))
    before = figures(Counts(800, 790, 300, (8, 9, 20, 63, 200), (0,) * 5, (4, 0, 3, 2, 1, 5, 9, 30, 60, 70, 90)))
    rows = [FeedbackRow("lyon", "Lyon", found), FeedbackRow("annecy", "Annecy", before)]
    return {
        "chart": line(
            [
                Value(
                    i18n.day(day, UTC, "LLL"),
                    i18n.day(day, UTC, "LLLL y"),
                    m.n,
                    m.mean,
                    m.low,
                    m.high,
                    "/admin/ratings",
                )
                for day, m in months
            ],
            STARS,
            4.3,
        ),
        "tiles": tiles(found, [("previous", before)], ReportFilter(), filling=True),
        "distribution": distribution(found, ReportFilter()),
        "groups": grouped("depot", rows, ReportFilter(), "nps"),
        "whisker": whisker(4.4, 4.1, 4.7, (3, 5)),
    }


def _months(today: date) -> list[tuple[date, Mean]]:
    """Some months of made-up stars, one of them with few."""
    counts = ([1, 0, 2, 5, 9], [0, 1, 1, 4, 12], [0, 0, 1, 1, 1], [0, 2, 3, 6, 8], [0, 0, 2, 5, 15])
    numbers = [today.year * 12 + today.month - 1 - back for back in range(len(counts))]
    months = [date(number // 12, number % 12 + 1, 1) for number in numbers]
    return [(month, mean(stars, FIVE_STARS)) for month, stars in zip(months, counts, strict=True)]
