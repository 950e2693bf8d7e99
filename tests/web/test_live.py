"""The live board: what it shows of a day, what its polls answer, and that nobody sees another depot on it."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask, request_started
from sqlalchemy import delete

from cxweb.accounts.models import StaffSession
from cxweb.actions.mark_spam import mark_spam
from cxweb.boards.queries import log
from cxweb.company.models import Depot
from cxweb.core import clock
from cxweb.core.db import transaction
from cxweb.orders.models import Order
from tests.factories import Factory
from tests.page import Client

# 10:00 in Paris.
NOW = datetime(2026, 11, 17, 9, 0, tzinfo=UTC)
HUGO, AICHA = {"ref": "h", "name": "Hugo Marchand"}, {"ref": "a", "name": "Aïcha Traoré"}


@pytest.fixture(autouse=True)
def _in_the_morning() -> object:
    with clock.showing(NOW):
        yield


@pytest.fixture
def staff(client: Client, make: Factory) -> Client:
    client.sign_in(make.user("relations", language="en").email)
    return client


def version(page: str) -> str:
    found = re.search(r'data-version="([\d.]+)"', page)
    assert found
    return found.group(1)


def poll(client: Client, since: str, query: str = "") -> tuple[int, str]:
    """Ask as the board does, once what was written is seen."""
    log().refresh(at_once=True)
    answer = client.get(f"/admin/live/changes?v={since}{query}")
    return answer.status_code, answer.text


def rows(page: str) -> list[str]:
    return re.findall(r'class="go" href="/admin/orders/\d+">([^<]+)<', page)


def counters(page: str) -> list[str]:
    return re.findall(r'<p class="value">([^<]+?)\s*<', page)


def test_the_days_orders_stand_under_their_drivers_by_window(staff: Client, make: Factory) -> None:
    for ref, driver, hours in (("H-2", HUGO, 3), ("H-1", HUGO, 1), ("A-1", AICHA, 2)):
        make.order(ref, drivers=[driver], promised_to=NOW + timedelta(hours=hours))
    make.order("N-1", promised_to=NOW + timedelta(hours=1))
    make.order("tomorrow", promised_to=NOW + timedelta(days=1))
    page = staff.get("/admin/live").text
    assert rows(page) == ["A-1", "H-1", "H-2", "N-1"]
    assert re.findall(r"<b>(?:<bdi[^>]*>)?([^<]+)", page) == ["Aïcha Traoré", "Hugo Marchand", "No driver yet"]
    assert "<caption" in page
    assert 'aria-sort="ascending"' in page


def test_counters_add_up_and_keep_tests_and_spam_apart(staff: Client, make: Factory) -> None:
    make.order(promised_to=NOW + timedelta(hours=1))
    make.order(status="arrived", promised_to=NOW + timedelta(hours=1))
    make.order(status="failed", promised_to=NOW)
    make.rating(stars=5)
    make.rating(stars=4)
    mark_spam(make.rating(stars=1).order_id, "x", make.user())
    make.rating(make.completed(test=True), 1)
    page = staff.get("/admin/live").text
    assert counters(page) == ["1", "1", "3", "1", "2", "4.5"]
    assert "1 at the door" in page
    assert "1 marked as spam, left out" in page
    assert "of 6" in page


def test_another_day_reads_the_same_page(staff: Client, make: Factory) -> None:
    make.order("Y-1", status="completed", at=NOW - timedelta(days=1))
    assert rows(staff.get("/admin/live").text) == []
    assert rows(staff.get("/admin/live?day=2026-11-16").text) == ["Y-1"]
    assert staff.get("/admin/live?day=yesterday").status_code == 422


def test_a_day_is_one_of_the_depots_zone(client: Client, make: Factory) -> None:
    depot = make.depot("ny", timezone="America/New_York")
    # 23:30 on the 16th in New York, the 17th in Paris.
    make.order("NY-1", status="completed", at=datetime(2026, 11, 17, 4, 30, tzinfo=UTC), depot="ny")
    client.sign_in(make.user("dispatcher", depot, language="en").email)
    assert rows(client.get("/admin/live").text) == []
    page = client.get("/admin/live?day=2026-11-16").text
    assert rows(page) == ["NY-1"]
    assert "23:30" in page


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("depot=lyon", ["L-1"]),
        ("driver=h", ["L-1"]),
        ("channel=repair", ["R-1"]),
        ("tag=fragile", ["R-1"]),
        ("stars=2", ["L-1"]),
        ("low=on", ["L-1"]),
        ("q=nadia", ["R-1"]),
        ("q=l-", ["L-1"]),
        ("status=completed", ["L-1", "R-1"]),
        ("status=late", []),
        ("reason=no-such", []),
        ("depot=unknown", []),
    ],
)
def test_filters(staff: Client, make: Factory, query: str, expected: list[str]) -> None:
    make.depot("lyon")
    make.rating(make.completed("L-1", depot="lyon", drivers=[HUGO]), 2)
    make.rating(make.completed("R-1", channel="repair", tags=["fragile"], customer={"name": "Nadia"}), 4)
    assert sorted(rows(staff.get(f"/admin/live?{query}").text)) == expected


def test_a_poll_brings_the_changed_row_its_group_and_the_counters_alone(staff: Client, make: Factory) -> None:
    quiet, rated = make.completed("Q-1", drivers=[AICHA]), make.completed("H-1", drivers=[HUGO])
    since = version(staff.get("/admin/live").text)
    assert poll(staff, since) == (204, "")
    make.rating(rated, 2, "Too late")
    code, news = poll(staff, since)
    assert (code, rows(news)) == (200, ["H-1"])
    assert "Hugo Marchand" in news
    assert "Aïcha" not in news
    assert "Too late" in news
    assert counters(news) == ["0", "0", "2", "0", "1", "2.0"]
    assert "New rating: 2 out of 5, order H-1." in news
    assert len(news.encode()) <= 5_000
    assert poll(staff, version(news)) == (204, "")
    assert f"order-{quiet.id}" not in news


def test_the_same_row_is_drawn_by_the_page_and_by_its_refresh(staff: Client, make: Factory) -> None:
    order = make.completed("H-1", drivers=[HUGO])
    since = version(staff.get("/admin/live").text)
    make.rating(order, 5, "Merci")
    _code, news = poll(staff, since)
    row = re.search(rf'<tr id="order-{order.id}".*?</tr>', news, re.DOTALL)
    assert row
    assert row.group(0) in staff.get("/admin/live").text


def test_an_order_that_leaves_the_board_is_told_as_gone(staff: Client, make: Factory) -> None:
    order = make.order("G-1", promised_to=NOW)
    since = version(staff.get("/admin/live?status=planned").text)
    make.order("G-1", promised_to=NOW, status="on_the_way")
    code, news = poll(staff, since, "&status=planned")
    assert (code, rows(news)) == (200, [])
    assert f'<li data-order="{order.id}">' in news


def test_who_was_away_for_too_long_gets_the_whole_board(staff: Client, make: Factory) -> None:
    make.completed("A-1")
    for since in ("", "x", "999999999999"):
        code, page = poll(staff, since)
        assert (code, rows(page)) == (200, ["A-1"])
        assert 'id="board"' in page


def test_a_poll_without_news_is_answered_before_flask_and_the_next_news_is_not_missed(
    app: Flask, staff: Client, make: Factory
) -> None:
    order = make.completed("A-1")
    since = version(staff.get("/admin/live").text)
    reached: list[Flask] = []

    def note(sender: Flask, **_: object) -> None:
        reached.append(sender)

    with request_started.connected_to(note, app):
        assert poll(staff, since)[0] == 204
        assert len(reached) == 1
        assert poll(staff, since)[0] == 204
        assert len(reached) == 1, "the second one never reached Flask"
    make.rating(order, 5)
    assert rows(poll(staff, since)[1]) == ["A-1"]


def test_who_is_signed_out_elsewhere_gets_no_row_at_once(staff: Client, make: Factory) -> None:
    order = make.completed("A-1")
    since = version(staff.get("/admin/live").text)
    assert poll(staff, since)[0] == 204
    with transaction() as opened:
        opened.execute(delete(StaffSession))
    make.rating(order, 5)
    code, text = poll(staff, since)
    assert code == 303
    assert "A-1" not in text


def test_the_rating_column_is_hidden_for_whoever_hid_it(staff: Client, make: Factory) -> None:
    assert 'class="without-rating"' not in staff.get("/admin/live").text
    staff.submit("/admin/live", {"next": "/admin/live?by=depot"}, action="/admin/live/choice")
    assert 'class="without-rating"' in staff.get("/admin/live").text
    other = Client(staff.app)
    other.sign_in(make.user("dispatcher", language="en").email)
    assert 'class="without-rating"' not in other.get("/admin/live").text
    staff.submit("/admin/live", {"rating": "on"}, action="/admin/live/choice")
    assert 'class="without-rating"' not in staff.get("/admin/live").text


def test_a_long_day_is_cut_and_says_so(staff: Client, make: Factory, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cxweb.web.admin.live.ROWS", 2)
    for number in range(3):
        make.order(f"A-{number}", promised_to=NOW + timedelta(minutes=number), drivers=[HUGO])
    page = staff.get("/admin/live").text
    assert rows(page) == ["A-0", "A-1"]
    assert "2 of 3 orders are shown." in page
    assert rows(staff.get("/admin/live?rows=all").text) == ["A-0", "A-1", "A-2"]


def test_the_panel_shows_the_order_and_lives_at_its_own_address(staff: Client, make: Factory) -> None:
    order = make.completed("A-1", customer={"name": "Nadia"})
    make.rating(order, 2, "Too late")
    for path in (f"/admin/live/orders/{order.id}", f"/admin/live?order={order.id}"):
        text = staff.get(path).text
        assert "Too late" in text
        assert "Mark the rating as spam" in text
    assert staff.get("/admin/live?order=999999").status_code == 404


@pytest.fixture
def sides(make: Factory) -> tuple[Depot, Order, Order]:
    """Our depot and an order of each of two depots; every text of the other one holds its name."""
    ours = make.depot("Ardoise", name="Dépôt Ardoise")
    make.depot("Bruyere", name="Dépôt Bruyere")
    orders = []
    for name in ("Ardoise", "Bruyere"):
        driver, customer = {"ref": f"d-{name}", "name": f"Chauffeur {name}"}, {"name": f"Client {name}"}
        order = make.completed(f"{name}-1", depot=name, drivers=[driver], customer=customer, route=f"Tour {name}")
        make.rating(order, 1, f"Mot de {name}")
        orders.append(order)
    return ours, orders[0], orders[1]


QUERIES = ("", "by=depot", "depot=Bruyere", "driver=d-Bruyere", "q=Bruyere", "low=on", "stars=1", "rows=all")


@pytest.mark.parametrize("query", QUERIES)
def test_no_board_and_no_poll_shows_a_word_of_another_depot(
    client: Client, make: Factory, sides: tuple[Depot, Order, Order], query: str
) -> None:
    ours, own, theirs = sides
    client.sign_in(make.user("relations", ours, language="en").email)
    start = version(client.get(f"/admin/live?{query}").text)
    pages = [client.get(f"/admin/live?{query}").text, poll(client, "", f"&{query}")[1]]
    assert poll(client, start, f"&{query}")[0] == 204
    make.rating(theirs, 2, "Encore Bruyere")
    assert poll(client, start, f"&{query}") == (204, ""), "not even that something happened"
    make.rating(own, 3, "Encore Ardoise")
    code, news = poll(client, start, f"&{query}")
    assert code == 200
    for text in [*pages, news]:
        # What the reader asked for comes back in the page's own addresses and fields.
        shown = re.sub(r'(href|value)="[^"]*"', "", text)
        assert "Bruyere" not in shown, query
        assert f"order-{theirs.id}" not in shown
        if 'id="counters"' in shown and query in ("", "by=depot"):
            assert counters(shown)[4] == "1"


def test_no_panel_or_act_opens_another_depots_order(
    client: Client, make: Factory, sides: tuple[Depot, Order, Order]
) -> None:
    ours, own, theirs = sides
    client.sign_in(make.user("admin", ours, language="en").email)
    for order, code in ((own, 200), (theirs, 404)):
        assert client.get(f"/admin/live/orders/{order.id}").status_code == code
        assert client.get(f"/admin/live?order={order.id}").status_code == code
    for act in ("spam", "spam/lift", "link", "phone-rating"):
        form = {"reason": "x", "stars": "1"}
        answer = client.submit("/admin/live", form, action=f"/admin/orders/{theirs.id}/{act}")
        assert answer.status_code == 404, act
    with transaction() as opened:
        kept = opened.get_one(Order, theirs.id)
        assert kept.token == theirs.token
