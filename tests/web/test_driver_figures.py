"""Single drivers' figures: fair where they are ranked, few where they say little, and forgotten in time."""

import re
from datetime import timedelta

import pytest

from cxweb.accounts.rules import Operator
from cxweb.actions.mark_spam import mark_spam
from cxweb.analytics.filters import ReportFilter
from cxweb.core import clock
from cxweb.core.db import transaction
from cxweb.drivers.queries import driver_months, driver_rows, own_causes
from cxweb.orders.models import Driver
from cxweb.orders.queries import drivers_of
from cxweb.ratings.models import RatingReason
from tests.factories import WHOLE, Factory
from tests.page import Client


def rated(make: Factory, ref: str, *stars: int) -> Driver:
    for value in stars:
        make.rating(make.completed(drivers=[{"ref": ref, "name": ref.title()}]), value)
    return next(driver for driver in drivers_of(WHOLE) if driver.ref == ref)


def ranked() -> list[tuple[str, int | None]]:
    rows = driver_rows(ReportFilter(), WHOLE, drivers_of(WHOLE))
    return [(row.driver.ref, row.rank) for row in rows]


@pytest.fixture
def three(make: Factory) -> None:
    rated(make, "anna", *[4] * 10)
    rated(make, "bela", 5, 5, 5)
    rated(make, "carl", *[5] * 10)


@pytest.mark.usefixtures("three")
def test_nobody_is_ranked_by_default(client: Client, make: Factory) -> None:
    assert ranked() == [("anna", None), ("bela", None), ("carl", None)]
    client.sign_in(make.user(language="en").email)
    assert "Rank" not in client.get("/admin/drivers").text


@pytest.mark.usefixtures("three")
def test_turned_on_those_with_enough_ratings_are_ranked_and_the_others_follow_by_name(
    client: Client, make: Factory
) -> None:
    make.setting("drivers.ranking", "on")
    assert ranked() == [("carl", 1), ("anna", 2), ("bela", None)]
    client.sign_in(make.user(language="en").email)
    page = client.get("/admin/drivers").text
    assert re.findall(r'data-label="Rank">([^<]+)<', page) == ["1", "2", "—"]


def test_spam_is_in_no_drivers_figure(make: Factory) -> None:
    rated(make, "anna", 5)
    bad = make.rating(make.completed(drivers=[{"ref": "anna"}]), 1)
    mark_spam(bad.order_id, "x", Operator())
    (row,) = driver_rows(ReportFilter(), WHOLE, drivers_of(WHOLE))
    assert (row.completed, row.rated, row.n) == (2, 1, 1)


def test_a_drivers_figures_go_back_so_many_months_and_the_depots_stay(client: Client, make: Factory) -> None:
    driver = rated(make, "anna", 5)
    with clock.showing(clock.now() + timedelta(days=200)):
        rated(make, "anna", 4)
        assert [stars.n for _, stars in driver_months(driver, WHOLE)] == [1, 1]
        make.setting("drivers.months", "6")
        assert [stars.n for _, stars in driver_months(driver, WHOLE)] == [1]
        (row,) = driver_rows(ReportFilter(), WHOLE, drivers_of(WHOLE))
        assert (row.completed, row.n) == (1, 1)
        client.sign_in(make.user(language="en").email)
        assert "2 ratings" in client.get("/admin/ratings").text
        assert "1 rating<" in client.get("/admin/ratings?driver=anna").text


def test_ratings_whose_reasons_all_lie_elsewhere_are_not_the_drivers_own(make: Factory) -> None:
    driver = rated(make, "anna", 5, 4)
    for causes in (("delay",), ("delay", "driver"), ("price", "product")):
        rating = make.rating(make.completed(drivers=[{"ref": "anna"}]), 1)
        with transaction() as opened:
            opened.add_all(RatingReason(rating_id=rating.id, code=cause, cause=cause) for cause in causes)
    own = own_causes(driver, WHOLE)
    assert (own.n, own.counts) == (3, (1, 0, 0, 1, 1))


def test_the_chart_shows_months_with_enough_ratings_and_a_table_behind_it(client: Client, make: Factory) -> None:
    driver = rated(make, "anna", *[4] * 10)
    client.sign_in(make.user(language="en").email)
    assert '<figure class="chart"' not in client.get(f"/admin/drivers/{driver.id}").text
    with clock.showing(clock.now() + timedelta(days=31)):
        rated(make, "anna", *[5] * 10)
        client.sign_in(make.user(language="en").email)
        page = client.get(f"/admin/drivers/{driver.id}").text
    # One drawing for wide screens, one for phones.
    assert page.count('class="point"') == 2 * 2
    assert "<desc" in page
    assert "See the figures" in page
