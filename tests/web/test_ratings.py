"""The ratings' list and the drivers' pages: sorts, ties, filters, figures that keep quiet about few."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from cxweb.accounts.rules import Operator
from cxweb.actions.change_order_status import change_order_status
from cxweb.core import clock
from cxweb.core.audit import AuditEntry
from cxweb.core.db import session
from cxweb.orders.models import Order
from cxweb.orders.queries import by_id
from tests.factories import Factory
from tests.page import Client

NOW = datetime(2026, 11, 17, 14, 0, tzinfo=UTC)
HUGO = {"ref": "h", "name": "Hugo Marchand"}


@pytest.fixture
def staff(client: Client, make: Factory) -> Client:
    client.sign_in(make.user("reader", language="en").email)
    return client


def comments(page: str) -> str:
    """The comments of a list, from top to bottom, of one letter each."""
    return "".join(part[0] for part in page.split('<bdi dir="auto">') if part[1:6] == "</bdi")


def five(make: Factory) -> None:
    """a (3 stars, oldest), b and c (2 and 5 stars, at one instant), d (2 stars), e (5 stars, newest)."""
    for name, stars, minute in (("a", 3, 0), ("b", 2, 1), ("c", 5, 1), ("d", 2, 2), ("e", 5, 3)):
        with clock.showing(NOW + timedelta(minutes=minute)):
            make.rating(make.completed(name), stars, name)


@pytest.mark.parametrize(
    ("sort", "order"), [("newest", "edbca"), ("oldest", "abcde"), ("lowest", "dbaec"), ("highest", "ecadb")]
)
def test_the_four_sorts_and_their_ties(staff: Client, make: Factory, sort: str, order: str) -> None:
    five(make)
    assert comments(staff.get(f"/admin/ratings?sort={sort}").text) == order


@pytest.mark.parametrize("sort", ["newest", "oldest", "lowest", "highest"])
def test_pages_follow_each_other_without_gap_or_repeat(staff: Client, make: Factory, sort: str) -> None:
    for n in range(70):
        with clock.showing(NOW + timedelta(minutes=n // 5)):
            make.rating(make.completed(f"A-{n}"), n % 5 + 1)
    found: list[str] = []
    path = f"/admin/ratings?sort={sort}"
    while path:
        page = staff.get(path).text
        found += [part.split("<", 1)[0].strip() for part in page.split("Order A-")[1:]]
        links = [part.split('"')[0] for part in page.split('href="')[1:] if "cursor=" in part.split('"')[0]]
        path = links[0].replace("&amp;", "&") if links else ""
    assert len(found) == 70
    assert len(set(found)) == 70


@pytest.mark.parametrize(
    ("query", "order"),
    [
        ("stars=2", "db"),
        ("stars=2&stars=3", "dba"),
        ("q=D", "d"),
        ("from=2026-11-17&to=2026-11-17", "edbca"),
        ("to=2026-11-16", ""),
        ("driver=h", ""),
        ("depot=x", ""),
        ("stars=&q=&sort=", "edbca"),
    ],
)
def test_filters(staff: Client, make: Factory, query: str, order: str) -> None:
    five(make)
    with clock.showing(NOW + timedelta(hours=1)):
        page = staff.get(f"/admin/ratings?{query}")
    assert page.status_code == 200
    assert comments(page.text) == order


@pytest.mark.parametrize("query", ["stars=6", "stars=5", "sort=best", "from=x", "from=2026-11-18&to=2026-11-17"])
def test_a_bad_value_is_said_and_a_good_one_is_not(staff: Client, query: str) -> None:
    page = staff.get(f"/admin/ratings?{query}")
    good = query == "stars=5"
    assert page.status_code == (200 if good else 422)
    assert ('role="alert"' in page.text) != good


def test_count_and_mean_stand_on_top(staff: Client, make: Factory) -> None:
    five(make)
    page = staff.get("/admin/ratings").text
    assert "5 ratings" in page
    assert "3.4 out of 5" in page
    assert "2.1 to 4.7, 95% sure" in page


def test_a_comment_is_shown_as_typed_and_never_run(staff: Client, make: Factory) -> None:
    make.rating(make.completed("A-1"), 1, '<script>alert(1)</script>\n"quoted" & שלום')
    page = staff.get("/admin/ratings").text
    assert "&lt;script&gt;alert(1)&lt;/script&gt;\n&#34;quoted&#34; &amp; שלום" in page
    assert "<script>alert" not in page


def test_a_rating_of_a_reopened_order_stays_in_the_list(staff: Client, make: Factory) -> None:
    order = make.completed("A-1")
    make.rating(order, 4, "z")
    change_order_status(by_id, order.id, "arrived", Operator(), reason="a mistake")
    assert comments(staff.get("/admin/ratings").text) == "z"


def test_drivers_stand_by_name_and_few_ratings_say_nothing(staff: Client, make: Factory) -> None:
    for n in range(10):
        make.rating(make.completed(drivers=[HUGO]), 4 + n % 2)
    make.rating(make.completed(drivers=[{"ref": "z", "name": "Éric Diallo"}]), 1)
    make.completed(drivers=[HUGO])
    page = staff.get("/admin/drivers").text
    assert page.index("Éric Diallo") < page.index("Hugo Marchand")
    hugo = page[page.index("Hugo Marchand") :]
    numbers = [cell.split(">")[1].split("<")[0] for cell in hugo.split('class="number"')[1:4]]
    assert numbers == ["11", "10", "10"]
    assert "4.5 out of 5" in hugo
    assert "out of 5" not in page[: page.index("Hugo Marchand")]
    assert "too few ratings" in page


def test_a_driver_page_shows_figures_from_ten_ratings_on(staff: Client, make: Factory) -> None:
    for _ in range(9):
        rating = make.rating(make.completed(drivers=[HUGO]), 4, "k")
    crew = session().get(Order, rating.order_id)
    assert crew is not None
    path = f"/admin/drivers/{crew.crew[0].driver_id}"
    few = staff.get(path).text
    assert "shown from 10 on" in few
    assert "95% sure" not in few
    make.rating(make.completed(drivers=[HUGO]), 4, "k")
    enough = staff.get(path).text
    assert "4.0 to 4.0, 95% sure" in enough
    assert comments(enough).count("k") == 10


def test_every_view_of_a_driver_page_is_in_the_audit_log(staff: Client, make: Factory) -> None:
    order = make.completed(drivers=[HUGO])
    path = f"/admin/drivers/{order.crew[0].driver_id}"
    for _ in range(2):
        assert staff.get(path).status_code == 200
    staff.get("/admin/drivers/999")
    views = session().scalars(select(AuditEntry.object).where(AuditEntry.act == "driver.viewed")).all()
    assert views == [f"driver:{order.crew[0].driver_id}"] * 2


def test_an_order_of_two_drivers_counts_for_each_and_once_in_all(staff: Client, make: Factory) -> None:
    make.rating(make.completed(drivers=[HUGO, {"ref": "z", "name": "Aïcha Diallo"}]), 2, "m")
    page = staff.get("/admin/ratings").text
    assert "1 rating" in page
    assert page.count("Hugo Marchand</bdi>") == 1
    assert page.count("Aïcha Diallo</bdi>") == 1
