"""The orders' list, an order's page, a new order, and the buttons that move it."""

from datetime import UTC, datetime, timedelta

import pytest

from cxweb.accounts.rules import Perimeter
from cxweb.core import clock
from cxweb.core.db import session
from cxweb.orders.models import Driver
from cxweb.orders.queries import by_ref
from cxweb.orders.rules import MOVES, STATUSES
from tests.factories import Factory
from tests.page import Client

NOW = datetime(2026, 11, 17, 14, 0, tzinfo=UTC)
WHOLE = Perimeter()


@pytest.fixture
def staff(client: Client, make: Factory) -> Client:
    client.sign_in(make.user("dispatcher", language="en", name="Inès Moreau").email)
    return client


def refs(page: str) -> list[str]:
    """The orders of a list, from top to bottom."""
    return [part.split("<", 1)[0] for part in page.split('class="go"')[1:] for part in [part.split(">", 1)[1]]]


def test_the_list_shows_the_newest_first_with_what_was_said(staff: Client, make: Factory) -> None:
    make.order("A-1", customer={"name": "Nadia"})
    rated = make.completed("A-2", drivers=[{"ref": "h", "name": "Hugo Marchand"}])
    make.rating(rated, 4, "Merci <b>bien</b>")
    page = staff.get("/admin/orders").text
    assert refs(page) == ["A-2", "A-1"]
    for text in ("Hugo Marchand", "Merci &lt;b&gt;bien&lt;/b&gt;", "4 out of 5", "Nadia", "Delivered", "Planned"):
        assert text in page


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("status=planned", ["late-1"]),
        ("status=late", ["late-1"]),
        ("status=completed", ["done-2", "done-1"]),
        ("status=failed", []),
        ("q=nad", ["done-1"]),
        ("q=DONE", ["done-2", "done-1"]),
        ("q=100%25", []),
        ("depot=nord", ["done-1"]),
        ("depot=nowhere", []),
        ("driver=h", ["done-2"]),
        ("from=2026-11-17&to=2026-11-17", ["done-2", "late-1"]),
        ("to=2026-11-16", ["done-1"]),
        ("status=&q=&from=&to=&depot=&driver=", ["done-2", "late-1", "done-1"]),
    ],
)
def test_filters(staff: Client, make: Factory, query: str, found: list[str]) -> None:
    with clock.showing(NOW - timedelta(days=1)):
        make.depot("nord")
        make.completed("done-1", depot="nord", customer={"name": "Nadia"})
    with clock.showing(NOW):
        make.order("late-1", promised_to=NOW - timedelta(minutes=5))
        make.completed("done-2", drivers=[{"ref": "h"}])
        page = staff.get(f"/admin/orders?{query}")
    assert page.status_code == 200
    assert refs(page.text) == found


@pytest.mark.parametrize("query", ["from=yesterday", "to=2026-02-30", "from=2026-11-18&to=2026-11-17", "status=lost"])
def test_a_bad_value_is_said_in_the_filter_bar(staff: Client, make: Factory, query: str) -> None:
    page = staff.get(f"/admin/orders?{query}")
    assert page.status_code == 422
    assert 'role="alert"' in page.text


@pytest.mark.parametrize("query", ["q=%00", "depot=%00%ff", "driver=%ED%A0%80", "q=" + "x" * 5000, "q=%25_%5C"])
def test_odd_filters_find_nothing_and_break_nothing(staff: Client, make: Factory, query: str) -> None:
    make.order("A-1")
    assert staff.get(f"/admin/orders?{query}").status_code == 200


@pytest.mark.parametrize("cursor", ["x", "WyJ4Il0", "WyJ4IiwxXQ", "WyIyMDI2LTExLTE3VDE0OjAwOjAwKzAwOjAwIiwieCJd"])
def test_a_cursor_nobody_gave_out_is_an_unknown_page(staff: Client, cursor: str) -> None:
    for path in ("/admin/orders", "/admin/ratings", "/admin/messages"):
        assert staff.get(f"{path}?cursor={cursor}").status_code == 404


def test_pages_follow_each_other_without_gap_or_repeat(staff: Client, make: Factory) -> None:
    with clock.showing(NOW):
        wanted = [make.order(f"A-{n}").ref for n in range(120)][::-1]
        found: list[str] = []
        path = "/admin/orders?status=planned"
        while path:
            page = staff.get(path).text
            found += refs(page)
            links = [part.split('"')[0] for part in page.split('href="')[1:] if "cursor=" in part.split('"')[0]]
            path = links[0].replace("&amp;", "&") if links else ""
            assert "status=planned" in path or not path
    assert found == wanted


def test_an_order_tells_everything_staff_need(staff: Client, make: Factory) -> None:
    customer = {"name": "Nadia Benkirane", "email": "nadia@example.com", "phone": "+33639980001", "language": "fr"}
    order = make.completed("A-1", customer=customer, address_line="12 rue des Tables", city="Lyon", notify="email")
    make.rating(order, 4, "Bien")
    make.rating(order, 2, "Moins bien")
    page = staff.get(f"/admin/orders/{order.id}").text
    for text in (
        "Nadia Benkirane", "mailto:nadia@example.com", "tel:+33639980001", "12 rue des Tables", f"/t/{order.token}",
        "Moins bien", "Bien", "1 earlier version", "Évaluez votre expérience avec", "Waiting", "automatically",
    ):  # fmt: skip
        assert text in page, text


@pytest.mark.parametrize("huge", ["0", "99999999999999999999", "9223372036854775807"])
def test_an_unknown_number_is_an_unknown_page(staff: Client, huge: str) -> None:
    assert staff.get(f"/admin/orders/{huge}").status_code == 404
    assert staff.get(f"/admin/drivers/{huge}").status_code == 404


@pytest.mark.parametrize("status", STATUSES)
def test_there_is_a_button_for_each_allowed_move_and_for_no_other(staff: Client, make: Factory, status: str) -> None:
    order = make.order("A-1", status=status)
    page = staff.get(f"/admin/orders/{order.id}").text
    offered = {wanted for wanted in STATUSES if f'name="status" value="{wanted}"' in page}
    assert offered == set(MOVES[status])


def test_the_buttons_move_the_order_and_name_who_did_it(staff: Client, make: Factory) -> None:
    order = make.order("A-1")
    path = f"/admin/orders/{order.id}"
    for status in ("on_the_way", "arrived", "completed"):
        assert staff.submit(path, {"status": status}, action=f"{path}/status").location == path
        session().expire_all()
        assert by_ref("A-1", WHOLE).status == status
    page = staff.get(path).text
    assert page.count("Inès Moreau") >= 4
    assert "Done." in page


def test_reopening_asks_why(staff: Client, make: Factory) -> None:
    order = make.completed("A-1")
    path = f"/admin/orders/{order.id}"
    for reason in ("", "  \n "):
        refused = staff.submit(path, {"status": "arrived", "reason": reason}, action=f"{path}/status")
        assert refused.status_code == 422
        assert "Say why" in refused.text
    answer = staff.submit(path, {"status": "arrived", "reason": "wrong\x00 order\n"}, action=f"{path}/status")
    assert answer.status_code == 303
    assert by_ref("A-1", WHOLE).reason == "wrong order"


def test_a_button_of_an_outdated_page_is_refused_with_how_it_stands(staff: Client, make: Factory) -> None:
    order = make.order("A-1", status="cancelled")
    path = f"/admin/orders/{order.id}"
    for status in ("completed", "nonsense", ""):
        refused = staff.submit(path, {"status": status}, action=f"{path}/status")
        assert refused.status_code == 409
        assert "has moved on" in refused.text
        assert "Cancelled" in refused.text


def test_pressing_twice_is_no_error(staff: Client, make: Factory) -> None:
    order = make.order("A-1")
    path = f"/admin/orders/{order.id}"
    for _ in range(2):
        assert staff.submit(path, {"status": "completed"}, action=f"{path}/status").status_code == 303
    session().expire_all()
    assert len(by_ref("A-1", WHOLE).history) == 2


def test_an_empty_form_makes_an_order_with_a_number_of_its_own(staff: Client) -> None:
    answer = staff.submit("/admin/orders/new", {})
    assert answer.status_code == 303
    page = staff.get(answer.location)
    assert "is planned" in page.text


def test_a_full_form_makes_the_order_it_says(staff: Client, make: Factory) -> None:
    make.depot("nord", timezone="Europe/London")
    form = {
        "ref": "X-1", "name": " Nadia  Benkirane ", "email": "nadia@example.com", "phone": "06 39 98 00 01",
        "language": "fr", "depot": "nord", "new_driver": "Hugo Marchand", "day": "2026-11-18", "from_time": "14:00",
        "to_time": "15:30", "address_line": "12 rue X", "postcode": "69001", "city": "Lyon", "notify": "email",
    }  # fmt: skip
    assert staff.submit("/admin/orders/new", form).status_code == 303
    order = by_ref("X-1", WHOLE)
    assert order.customer is not None
    assert (order.customer.name, order.customer.language) == ("Nadia Benkirane", "fr")
    assert (order.promised_from, order.promised_to) == (
        datetime(2026, 11, 18, 14, 0, tzinfo=UTC),
        datetime(2026, 11, 18, 15, 30, tzinfo=UTC),
    )
    assert [member.driver.name for member in order.crew] == ["Hugo Marchand"]
    assert (order.address_line, order.city, order.notify) == ("12 rue X", "Lyon", "email")


@pytest.mark.parametrize(
    ("form", "field"),
    [
        ({"ref": "é à"}, "ref"),
        ({"ref": "bulk"}, "ref"),
        ({"ref": "taken"}, "ref"),
        ({"email": "nadia@"}, "email"),
        ({"phone": "abc"}, "phone"),
        ({"day": "2026-02-30"}, "day"),
        ({"to_time": "15:00"}, "day"),
        ({"day": "2026-11-18"}, "to_time"),
        ({"day": "2026-11-18", "from_time": "15:00", "to_time": "14:00"}, "to_time"),
        ({"day": "2026-11-18", "to_time": "25:00"}, "to_time"),
        ({"depot": "nowhere"}, "depot"),
        ({"driver": "nobody"}, "driver"),
        ({"language": "de"}, "language"),
        ({"notify": "pigeon"}, "notify"),
        ({"name": "x" * 201}, "name"),
    ],
)
def test_what_is_wrong_stands_beside_its_field_and_nothing_typed_is_lost(
    staff: Client, make: Factory, form: dict[str, str], field: str
) -> None:
    make.order("taken", city="Before")
    answer = staff.submit("/admin/orders/new", {"city": "Lyon", **form})
    assert answer.status_code == 422
    assert f'id="{field}-error"' in answer.text
    assert 'value="Lyon"' in answer.text
    assert by_ref("taken", WHOLE).city == "Before"


def test_an_existing_driver_is_chosen_not_doubled(staff: Client, make: Factory) -> None:
    make.order("A-1", drivers=[{"ref": "h", "name": "Hugo Marchand"}])
    assert staff.submit("/admin/orders/new", {"ref": "A-2", "driver": "h"}).status_code == 303
    assert [member.driver.ref for member in by_ref("A-2", WHOLE).crew] == ["h"]
    assert session().query(Driver).count() == 1


def test_the_form_says_that_the_demo_goes(staff: Client, make: Factory) -> None:
    assert "demo is still loaded" not in staff.get("/admin/orders/new").text
    make.setting("demo", "Maison Colibri")
    assert "demo is still loaded" in staff.get("/admin/orders/new").text
    staff.submit("/admin/orders/new", {})
    assert "demo is still loaded" not in staff.get("/admin/orders/new").text
