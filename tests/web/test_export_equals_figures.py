"""Page, API and export show the same figures for random filters, and the same as raw rows counted by plain SQL."""

import io
from collections import Counter
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from html import unescape
from random import Random
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

import openpyxl
import pytest
from flask import Flask
from sqlalchemy import text

from cxweb.accounts.rules import Operator
from cxweb.actions.mark_spam import mark_spam
from cxweb.core.db import session
from cxweb.core.i18n import number, percent
from tests.api.calling import Api
from tests.factories import Factory
from tests.page import Client

PARIS = ZoneInfo("Europe/Paris")
FILTERS, PAGES = 36, 4
# A month before today, over the last change of clocks of the year 2026 as well as any other day.
START = datetime(2026, 10, 20, 22, 30, tzinfo=UTC)
Facts = dict[str, Any]


@pytest.fixture
def random(make: Factory) -> Random:
    """A small company's month: two branches, crews, tags, spam, tests, answers with and without words."""
    random = Random(6)
    region = make.depot("region")
    make.depot("lyon", region)
    make.depot("nice")
    crew = [{"ref": ref, "name": f"Driver {ref}"} for ref in "abc"]
    for place in range(70):
        order = make.order(
            f"A-{place}",
            status="completed",
            at=START + timedelta(hours=place * 5),
            depot=random.choice(["region", "lyon", "nice", None]),
            drivers=random.sample(crew, random.choice([0, 1, 1, 2])),
            channel=random.choice(["delivery", "pickup"]),
            tags=random.sample(["vip", "new"], random.choice([0, 1, 2])),
            test=random.random() < 0.05,
        )
        if random.random() < 0.7:
            comment = random.choice([None, "Merci", "=1+1", "Deux\nlignes"])
            make.rating(order, random.randint(1, 5), comment, nps=random.choice([None, 0, 8, 10]))
            if random.random() < 0.1:
                mark_spam(order.id, "x", Operator())
    return random


def chosen(random: Random) -> list[tuple[str, str]]:
    """A random filter as its address has it."""
    found: list[tuple[str, str]] = []
    first = START.date() + timedelta(days=random.randint(0, 8))
    if random.random() < 0.5:
        found.append(("from", first.isoformat()))
    if random.random() < 0.5:
        found.append(("to", (first + timedelta(days=random.randint(0, 6))).isoformat()))
    for name, values in (
        ("depot", ["region", "lyon", "nice", "none"]),
        ("driver", ["a", "b", "c"]),
        ("channel", ["delivery", "pickup"]),
        ("tag", ["vip", "new"]),
        ("stars", ["1", "2", "3", "4", "5"]),
    ):
        if random.random() < 0.25:
            found += [(name, value) for value in random.sample(values, random.choice([1, 2]))]
    return found


def raw() -> list[Facts]:
    """Every order as plain SQL has it, with its answer unless that is marked as spam."""
    lists = {
        name: session().execute(text(statement)).all()
        for name, statement in (
            ("driver", "SELECT m.order_id, d.ref FROM crew_member m JOIN driver d ON d.id = m.driver_id"),
            ("tag", "SELECT order_id, tag FROM order_tag"),
        )
    }
    parents = text("SELECT d.ref, p.ref FROM depot d LEFT JOIN depot p ON p.id = d.parent_id")
    above = dict(map(tuple, session().execute(parents)))
    statement = text(
        'SELECT o.id, o.ref, o.channel, o.completed_at, d.ref, r.stars, r.comment FROM "order" o '
        "LEFT JOIN depot d ON d.id = o.depot_id LEFT JOIN rating r ON r.order_id = o.id AND NOT EXISTS "
        "(SELECT 1 FROM spam_mark s WHERE s.rating_id = r.id AND s.lifted_at IS NULL) "
        "WHERE NOT o.is_test AND o.status = 'completed'"
    )
    rows = []
    for id_, ref, channel, at, depot, stars, comment in session().execute(statement):
        instant = datetime.fromisoformat(str(at))
        local = (instant if instant.tzinfo else instant.replace(tzinfo=UTC)).astimezone(PARIS)
        facts: Facts = {"ref": ref, "channel": {channel}, "day": local.date(), "stars": stars, "comment": comment}
        facts["depot"] = {depot, above.get(depot)} - {None}
        facts |= {name: {value for order_id, value in found if order_id == id_} for name, found in lists.items()}
        rows.append(facts)
    return rows


def fits(asked: dict[str, list[str]]) -> Callable[[Facts], bool]:
    start = date.fromisoformat(asked.get("from", ["1970-01-01"])[0])
    end = date.fromisoformat(asked.get("to", ["9000-01-01"])[0])

    def fit(facts: Facts) -> bool:
        lists = all(facts[name] & set(asked[name]) for name in ("depot", "driver", "channel", "tag") if name in asked)
        return start <= facts["day"] <= end and lists

    return fit


def test_random_filters(app: Flask, client: Client, make: Factory, random: Random) -> None:
    api, facts = Api(app), raw()
    client.sign_in(make.user("admin", language="en").email)
    seen: Counter[str] = Counter()
    for _ in range(FILTERS):
        pairs = chosen(random)
        query = urlencode(pairs)
        book = openpyxl.load_workbook(io.BytesIO(client.get(f"/admin/analytics/feedback/export?{query}").data))
        by_driver, by_date, comments = (rows_of(sheet) for sheet in book.worksheets)
        titles = by_date[0]
        total = dict(zip(titles, by_date[1], strict=True))
        asked: dict[str, list[str]] = {}
        for name, value in pairs:
            asked.setdefault(name, []).append(value)

        orders = list(filter(fits(asked), facts))
        answers = [each for each in orders if each["stars"] and str(each["stars"]) in asked.get("stars", "12345")]
        words = [each for each in answers if each["comment"]]
        assert sorted((row[1], row[6], row[7]) for row in comments[2:]) == sorted(
            (each["ref"], each["stars"], each["comment"]) for each in words
        )
        assert comments[1][1] == len(words)
        assert total["Ratings"] == len(answers)
        assert total["Completed orders"] == ("—" if "stars" in asked else len(orders))
        days = Counter(each["day"] for each in (answers if "stars" in asked else orders))
        assert [row[0].date() for row in by_date[2:]] == sorted(days)

        code, found = api.call("GET", f"/metrics/feedback?{query}&by=day")
        assert code == 200
        assert [figures(row) for row in (by_date[1], *by_date[2:])] == list(
            map(of_api, (found["total"], *found["rows"]))
        )
        code, found = api.call("GET", f"/metrics/feedback?{query}&by=driver")
        named = {row[1]: row for row in by_driver[2:]}
        assert set(named) == {row["key"] for row in found["rows"]}
        for row in found["rows"]:
            shown = figures(named[row["key"]][1:])
            enough = row["key"] is None or row["stars"]["n"] >= 10
            assert shown == (of_api(row) if enough else hidden(of_api(row)))
            seen["hidden" if not enough else "shown"] += 1

        # The page is the slowest of the three, and shows the same to fewer digits.
        if answers and seen["pages"] < PAGES:
            page = unescape(client.get(f"/admin/analytics/feedback?{query}").text)
            assert f'aria-label="{number(total["Average rating"], 1)} out of 5"' in page
            assert f">{len(answers)} rating" in page
            assert percent(total["CSAT (%)"]) in page
            seen["pages"] += 1
    assert seen["pages"] == PAGES
    assert min(seen["hidden"], seen["shown"]) > 20


def rows_of(sheet: Any) -> list[tuple[Any, ...]]:
    return list(sheet.iter_rows(values_only=True))


def figures(row: Any) -> list[Any]:
    """The cells behind a row's name, as numbers or None."""
    return [None if value == "—" else value for value in row[1:]]


def of_api(found: Facts) -> list[Any]:
    """The same figures of the API, in the order of the sheets' columns."""
    stars, csat, nps, own, ces = (found[name] for name in ("stars", "csat", "nps", "nps_stars", "ces"))
    return [
        *(found[name] for name in ("completed", "eligible", "rated", "response_rate")),
        *(stars[name] for name in ("n", "mean", "low", "high")),
        *(csat[name] for name in ("value", "low", "high")),
        *(nps[name] for name in ("n", "value", "low", "high")),
        found["tud"]["value"],
        *(own[name] for name in ("n", "value", "low", "high")),
        *(ces[name] for name in ("n", "mean", "low", "high", "easy_share")),
    ]


def hidden(values: list[Any]) -> list[Any]:
    return [value if place in {0, 2, 4} else None for place, value in enumerate(values)]
