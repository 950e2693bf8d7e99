"""The feedback report: the figures of the API, what they are compared with, and the way to everything behind them."""

import re
from datetime import UTC, datetime, timedelta
from html import unescape

import pytest
from flask import Flask

from cxweb.accounts.rules import Operator
from cxweb.actions.mark_spam import mark_spam
from cxweb.core import clock, i18n
from tests.api.calling import JSON, Api
from tests.factories import Factory
from tests.page import Client

NOW = datetime(2026, 11, 17, 14, 0, tzinfo=UTC)
PATH = "/admin/analytics/feedback"
ANNA, BELA = {"ref": "anna", "name": "Anna Diallo"}, {"ref": "bela", "name": "Bela Moreau"}
QUERIES = (
    "",
    "from=2026-11-17&to=2026-11-17",
    "from=2026-11-01&to=2026-11-30&compare=both",
    "axis=answered&from=2026-11-10",
    "depot=lyon",
    "driver=anna&driver=bela",
    "channel=pickup",
    "tag=fragile",
    "stars=5&stars=4",
    "survey=7",
    "reason=late",
)


@pytest.fixture
def days(make: Factory) -> None:
    """Eight days of orders in two depots: Anna's with 5 stars and 10 of 10, Bela's with 1, 3 and 4."""
    lyon, annecy = make.depot("lyon", name="Lyon"), make.depot("annecy", name="Annecy")
    for back in range(8):
        with clock.showing(NOW - timedelta(days=back)):
            customer = {"name": "Nadia Benkirane", "email": "nadia@example.com"}
            for number in range(2):
                order = make.completed(depot=lyon.ref, drivers=[ANNA], customer=customer, tags=["fragile"])
                make.rating(order, 5, f"Parfait {back}", nps=10, ces=5, open="Rien à changer" if number else None)
            make.rating(make.completed(depot=annecy.ref, drivers=[BELA], channel="pickup"), 1 + back % 4, nps=back % 7)
            make.completed(depot=annecy.ref, drivers=[BELA])


@pytest.fixture
def staff(client: Client, make: Factory, days: None) -> Client:
    client.sign_in(make.user("admin", language="en").email)
    return client


def page_of(client: Client, query: str = "", code: int = 200) -> str:
    with clock.showing(NOW):
        answer = client.get(f"{PATH}?{query}")
    assert answer.status_code == code
    return unescape(answer.text)


def tiles(page: str) -> dict[str, str]:
    """The text of each tile under its title."""
    found = {}
    for tile in re.findall(r"<li class=\"(?:wide)?\">\s*<h3>(.*?)</li>", page, re.DOTALL):
        title, _, rest = tile.partition("</h3>")
        label = re.search(r'aria-label="([^"]+) out of 5"', rest)
        text = (f"{label[1]} " if label else "") + re.sub(r"<svg.*?</svg>\s*</svg>|<[^>]+>", " ", rest, flags=re.DOTALL)
        found[title] = " ".join(text.split())
    return found


def expected(total: JSON) -> dict[str, list[str]]:
    """What each tile has to say of the API's figures."""
    stars, nps, csat, ces, tud = (total[name] for name in ("stars", "nps", "csat", "ces", "tud"))
    said = {
        "Overall rating": [i18n.number(stars["mean"], 1), f"{stars['n']} rating"],
        "CSAT": [i18n.percent(csat["value"]), f"of {csat['n']}"],
        "CES, effort": [i18n.number(ces["mean"], 1)],
        "Ultra-detractors": [i18n.percent(tud["value"])],
    }
    if nps["n"]:
        said["NPS"] = [i18n.signed(nps["value"]), f"{nps['n']} answer"]
    if stars["low"] is not None:
        said["Overall rating"].append(f"{i18n.number(stars['low'], 1)} to {i18n.number(stars['high'], 1)}, 95% sure")
    if total["eligible"]:
        said["Overall rating"].append(f"{i18n.percent(total['response_rate'])} response rate, of {total['eligible']}")
    return said


def test_the_figures_are_those_of_the_api_for_every_filter(app: Flask, staff: Client) -> None:
    api = Api(app)
    for query in QUERIES:
        page = page_of(staff, query)
        sent = "&".join(part for part in query.split("&") if not part.startswith("compare"))
        with clock.showing(NOW):
            code, found = api.call("GET", f"/metrics/feedback?{sent}")
        assert code == 200
        total = found["total"]
        if not total["stars"]["n"] and not total["completed"]:
            assert "Nothing here yet" in page, query
            continue
        shown = tiles(page)
        for title, parts in expected(total).items():
            assert [part for part in parts if part not in shown[title]] == [], (query, title, shown[title])
        bars = re.findall(r'<td class="number">(\d+)</td>\s*<td class="number soft">', page)
        assert [int(count) for count in bars[:5]] == total["stars"]["counts"][::-1], query


def test_each_figure_leads_to_what_is_behind_it_with_the_filters(staff: Client) -> None:
    page = page_of(staff, "depot=lyon&from=2026-11-10&to=2026-11-17&tag=fragile")
    links = set(re.findall(r'href="(/admin/(?:ratings|orders)\?[^"]+)"', page))
    carried = ("depot=lyon", "tag=fragile", "from=2026-11-1", "to=2026-11-1")
    assert len(links) > 10
    assert [link for link in links if not all(part in link for part in carried)] == []
    with clock.showing(NOW):
        behind = unescape(staff.get(next(link for link in links if "stars=5" in link)).text)
        assert "16 ratings" in behind
        orders = staff.get(next(link for link in links if "orders" in link and "from=2026-11-17" in link)).text
    assert orders.count('class="go"') == 2
    assert f"{PATH}/export?axis=completed&from=2026-11-10&to=2026-11-17&depot=lyon&tag=fragile" in page


def test_figures_are_compared_with_the_days_before_and_the_year_before(staff: Client, make: Factory) -> None:
    page = page_of(staff, "from=2026-11-14&to=2026-11-17&compare=both")
    shown = tiles(page)
    # Bela has 1, 2, 3 and 4 stars on these four days as on the four before, Anna always 5.
    assert shown["Overall rating"].endswith("= equal")
    assert "Compared with 10–13 Nov 2026." in page
    assert "14–17 Nov 2025: — nothing to compare with." in page
    alone = tiles(page_of(staff, "from=2026-11-16&to=2026-11-17"))
    assert "↓ down by 0.7" in alone["Overall rating"]
    assert re.search(r"↓ down by [\d.]+ points", alone["CSAT"])
    assert "%" not in alone["NPS"].replace("95% sure", "")
    assert "Compared with: —" in page_of(staff)
    assert "Compared with" not in page_of(staff, "from=2026-11-16&compare=none")
    with clock.showing(NOW - timedelta(days=365)):
        make.completed()
    both = tiles(page_of(staff, "from=2026-11-14&to=2026-11-17&compare=both"))
    assert "= equal (previous period)" in both["Overall rating"]
    assert "— no earlier figure (a year before)" in both["Overall rating"]


def test_the_figures_stand_over_time_or_by_driver_and_few_ratings_say_nothing_of_a_person(
    staff: Client, make: Factory
) -> None:
    page = page_of(staff, "from=2026-11-10&to=2026-11-17")
    assert "Average rating by day" in page
    assert page.count("still filling") > 7
    assert "NPS by week" in page_of(staff, "by=week&figure=nps&from=2026-11-01&to=2026-11-30")
    assert "this is the finest that can" in page_of(staff, "by=day&from=2001-01-01&to=2026-11-17")
    by_driver = page_of(staff, "by=driver&from=2026-11-10&to=2026-11-17")
    rows = dict(re.findall(r'rowheader"><a[^>]*><bdi[^>]*>(.*?)</bdi>.*?<b>(.*?)</b>', by_driver, re.DOTALL))
    assert (rows["Anna Diallo"], rows["Bela Moreau"]) == ("5.0", "—")
    assert "Rank" not in by_driver
    make.setting("drivers.ranking", "on")
    assert 'data-label="Rank">1<' in page_of(staff, "by=driver&from=2026-11-10&to=2026-11-17")


@pytest.mark.parametrize(
    "query",
    ["stars=6", "from=x", "from=2026-11-18&to=2026-11-17", "by=moon", "compare=x", "figure=x", "sort=best", "axis=x"],
)
def test_a_bad_value_is_said_in_the_filter_bar_and_shows_no_figures(client: Client, make: Factory, query: str) -> None:
    client.sign_in(make.user("reader", language="en").email)
    page = page_of(client, query, 422)
    assert 'role="alert"' in page
    assert '<ul class="tiles' not in page


def test_a_reader_of_one_depot_sees_its_figures_and_nobodys_name(client: Client, make: Factory, days: None) -> None:
    annecy = make.depot("annecy-lac", name="Annecy-le-Lac")
    with clock.showing(NOW):
        for stars in (4, 2):
            order = make.completed(depot=annecy.ref, customer={"name": "Nadia Benkirane"}, drivers=[BELA])
            make.rating(order, stars, "Un peu tard")
        mark_spam(order.id, "x", Operator())
    client.sign_in(make.user("reader", depot=annecy, language="en").email)
    page = page_of(client)
    assert tiles(page)["Overall rating"].startswith("4.0 4.0 1 rating too few to say how sure 50.0% response rate")
    assert "1 rating marked as spam is in no figure." in page
    assert tiles(page)["CES, effort"] == "— no answer"
    for secret in ("Nadia", "Lyon", "Anna", "/admin/orders", "/export"):
        assert secret not in page
    assert "Nothing here yet" in page_of(client, "depot=lyon")


def test_the_menu_opens_the_last_thirty_days_and_the_bare_address_all_of_them(staff: Client) -> None:
    page = page_of(staff)
    assert f'class="entry" href="{PATH}?from=2026-10-19&to=2026-11-17"' in page
    assert "Since the beginning, by the date of completion." in page
    opened = page_of(staff, "from=2026-10-19&to=2026-11-17")
    assert re.search(r'aria-current="true"\s*>30 days</a>', opened)


def test_the_figures_stand_by_depot_and_by_service_and_each_leads_to_its_rows(staff: Client) -> None:
    page = page_of(staff, "by=depot&from=2026-11-10&to=2026-11-17")
    assert [name for name in ("Date", "Driver", "Depot", "Service") if f">{name}</a>" not in page] == []
    row = page[page.index("Lyon</bdi>") : page.index("</tr>", page.index("Lyon</bdi>"))]
    links = re.findall(r'href="([^"]+)">([^<]+)</a>', row)
    assert [text for _, text in links] == ["16", "16", "100.0%", "16"]
    assert all("depot=lyon" in href for href, _ in links)
    with clock.showing(NOW):
        assert [staff.get(links[place][0]).text.count('class="go"') for place in (0, 2)] == [16, 16]
        assert "16 ratings" in staff.get(links[3][0]).text
    assert "By service" in page_of(staff, "by=channel")


def test_each_point_of_the_chart_leads_to_its_ratings(staff: Client) -> None:
    page = page_of(staff, "from=2026-11-10&to=2026-11-17&figure=nps")
    spots = re.findall(r'<a href="([^"]+)" tabindex="-1"><title>([^<]+)</title>', page)
    # Eight days, drawn for screens with room and for phones.
    assert len(spots) == 16
    assert spots[0][1].startswith("Tue 10 Nov 2026: ")
    assert "shown=nps" in spots[0][0]
    with clock.showing(NOW):
        assert "3 ratings" in staff.get(spots[0][0]).text


def test_reviews_and_open_answers_have_pages_and_sorts_of_their_own(staff: Client) -> None:
    page = page_of(staff, "sort=lowest")
    cards = page[page.index('id="reviews"') :]
    assert cards.index("1 out of 5") < cards.index("2 out of 5")
    following = re.search(r'href="([^"]+[?&]cursor=[^"]+)"', cards)
    assert following
    with clock.showing(NOW):
        second = unescape(staff.get(following[1]).text)
    assert "5 out of 5" in second[second.index('id="reviews"') :]
    answers = page[page.index('id="open-answers"') : page.index('id="reviews"')]
    assert answers.count("Rien à changer") == 6
    assert "open_cursor=" in answers
    assert "open=5#open-answers" in answers
    assert [text for text in ("All, 8", "5 stars, 8", "4 stars, 0") if text not in answers] == []
    assert page_of(staff, "open=5").count("Rien à changer") > 5
    with clock.showing(NOW):
        assert staff.get(f"{PATH}?cursor=nonsense").status_code == 404
