"""What a figure of the report leads to is what it counts: no order and no rating more, and none less."""

import re
from html import unescape
from random import Random
from urllib.parse import urlencode

from cxweb.accounts.rules import Perimeter
from cxweb.analytics.filters import ReportFilter, read
from cxweb.analytics.queries import feedback, funnel, open_answer_counts, reason_shares
from cxweb.analytics.rules import Share
from cxweb.core import clock
from cxweb.reviews.filters import SHOWN, STEPS
from cxweb.reviews.queries import answers
from tests.factories import Factory
from tests.histories import act_out, days_of, empty, random_filter
from tests.page import Client

WHOLE = Perimeter()
# Histories that hold something of everything between them.
SEEDS, FILTERS = (3, 8), 8


def part(share: Share) -> int:
    """How many a share counts of its n."""
    return round((share.value or 0) * share.n / 100)


def counted(chosen: ReportFilter) -> tuple[dict[str, int], dict[str, int]]:
    """How many ratings and how many orders stand behind each name, as the figures have it."""
    found, way, reasons = feedback(chosen, WHOLE), funnel(chosen, WHOLE), reason_shares(chosen, WHOLE)
    ratings = {
        "nps": found.nps.n,
        "promoters": found.nps.promoters,
        "passives": found.nps.passives,
        "detractors": found.nps.detractors,
        "ultra_detractors": part(found.tud),
        "nps_stars": found.nps_stars.n,
        "ces": found.ces.n,
        "easy": part(found.easy),
        "open": sum(open_answer_counts(chosen, WHOLE).values()),
        "reasons": reasons.n,
        "driver_reasons": part(reasons.own),
        "spam": found.spam,
        "": found.stars.n,
    }
    if chosen.about_answers:
        return ratings, {}
    return ratings, {
        "completed": found.completed or 0,
        "eligible": found.eligible or 0,
        "rated": found.rated or 0,
        "sent": way.sent or 0,
        "reached": way.reached or 0,
        "reached_rated": way.rated or 0,
        "reached_commented": way.commented or 0,
        "rated_unasked": way.rated_without_message or 0,
        "opened": way.opened or 0,
        "by_phone": found.by_phone,
    }


def listed(client: Client, path: str) -> int:
    """How many orders a list shows on all of its pages."""
    found, following = 0, path
    while following:
        page = unescape(client.get(following).text)
        found += page.count('class="go"')
        links = re.findall(r'href="([^"]+[?&]cursor=[^"]+)"', page)
        following = links[-1] if links else ""
    return found


def test_the_lists_behind_figures_are_as_long_as_the_figures_say(client: Client, make: Factory) -> None:
    seen: set[str] = set()
    for seed in SEEDS:
        empty()
        history = act_out(seed, 160)
        with clock.showing(history.now):
            client.sign_in(make.user("admin", language="en").email)
            for number in range(FILTERS):
                query = days_of(random_filter(Random(number), history.now)) if number else {}
                ratings, orders = counted(read(query))
                for shown, n in ratings.items():
                    assert len(answers(read(query), WHOLE, size=500, shown=shown).items) == n, (shown, query)
                for step, n in orders.items():
                    asked = urlencode([*query.items(), ("step", step)], doseq=True)
                    assert listed(client, f"/admin/orders?{asked}") == n, (step, query)
                seen |= {name for name, n in [*ratings.items(), *orders.items()] if n}
            client.post("/logout")
    # A name under which nothing was counted would not tell whether it is right; nobody answers the open question here.
    assert {*ratings, *STEPS} - seen <= {"open"}


def test_every_part_has_a_name_in_the_filter_and_others_are_refused(client: Client, make: Factory) -> None:
    client.sign_in(make.user("admin", language="fr").email)
    ratings = unescape(client.get("/admin/ratings").text)
    assert [name for name in SHOWN if f'<option value="{name}"' not in ratings] == []
    orders = unescape(client.get("/admin/orders?step=sent").text)
    assert [name for name in STEPS if f'<option value="{name}"' not in orders] == []
    assert "message envoyé" in orders
    for path in ("/admin/ratings?shown=x", "/admin/orders?step=x", "/admin/orders?status=x"):
        page = client.get(path)
        assert (page.status_code, 'role="alert"' in page.text) == (422, True), path


def test_a_reader_is_led_to_ratings_and_to_no_order(client: Client, make: Factory) -> None:
    make.rating(make.completed(), 5, nps=10)
    client.sign_in(make.user("reader", language="en").email)
    page = unescape(client.get("/admin/analytics/feedback").text)
    assert "/admin/ratings?axis=completed&shown=nps" in page
    assert "/admin/orders" not in page
