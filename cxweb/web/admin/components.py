"""Every component once, so that a look and a test see them all."""

from dataclasses import replace
from datetime import date, timedelta

from flask.typing import ResponseReturnValue
from flask_wtf import FlaskForm
from wtforms import StringField

from cxweb.analytics.rules import FIVE_STARS, LEAST_OF_A_DRIVER, Mean, mean
from cxweb.company.queries import settings
from cxweb.core import clock
from cxweb.core.i18n import lazy
from cxweb.notifications.models import STATES
from cxweb.orders.rules import STATUSES
from cxweb.reviews.queries import Answer
from cxweb.web.admin.driver_chart import chart
from cxweb.web.admin.order_page import Step
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
        chart=chart(_months(now.date()), LEAST_OF_A_DRIVER, now, settings().zone),
    )


def _months(today: date) -> list[tuple[date, Mean]]:
    """Some months of made-up stars, one of them with few."""
    counts = ([1, 0, 2, 5, 9], [0, 1, 1, 4, 12], [0, 0, 1, 1, 1], [0, 2, 3, 6, 8], [0, 0, 2, 5, 15])
    numbers = [today.year * 12 + today.month - 1 - back for back in range(len(counts))]
    months = [date(number // 12, number % 12 + 1, 1) for number in numbers]
    return [(month, mean(stars, FIVE_STARS)) for month, stars in zip(months, counts, strict=True)]
