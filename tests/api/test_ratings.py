"""Ratings over the API: the filters and sorts of the pages, pages that repeat and lose nothing, and what is new."""

from typing import Any
from urllib.parse import urlencode

import psycopg
import pytest
from flask import Flask

from cxweb.accounts.rules import Operator
from cxweb.actions.load_demo import load_demo
from cxweb.actions.remove_demo import remove_demo
from cxweb.core.db import db
from tests.api.calling import JSON, Api
from tests.factories import Factory


@pytest.fixture
def api(app: Flask) -> Api:
    return Api(app)


def every(api: Api, path: str, parameter: str, **asked: Any) -> list[JSON]:
    """All items of all pages."""
    found: list[JSON] = []
    while True:
        code, page = api.call("GET", f"{path}?{urlencode(asked, doseq=True)}")
        assert code == 200
        found += page["items"]
        if page["next_cursor"] is None or not page["items"]:
            return found
        asked[parameter] = page["next_cursor"]


def test_the_list_has_the_filters_the_sorts_and_the_pages_of_the_staffs_list(api: Api, make: Factory) -> None:
    for number in range(7):
        order = make.completed(
            f"A-{number}",
            depot="LYON" if number % 2 else "PARIS",
            drivers=[{"ref": f"D-{number % 3}", "name": "Hugo"}],
            customer={"name": "Nadia Secrète", "email": "nadia@example.com"},
        )
        make.rating(order, 1 + number % 5, f"comment {number}", nps=number)
    found = every(api, "/ratings", "cursor", limit=2)
    assert [one["order"] for one in found] == [f"A-{number}" for number in reversed(range(7))]
    assert (found[0]["stars"], found[0]["comment"], found[0]["nps"], found[0]["version"]) == (2, "comment 6", 6, 1)
    assert found[0]["drivers"] == [{"ref": "D-0", "name": "Hugo"}]
    assert "Secrète" not in str(found)
    assert "nadia@" not in str(found)
    assert [one["stars"] for one in every(api, "/ratings", "cursor", limit=3, sort="lowest")] == [1, 1, 2, 2, 3, 4, 5]
    assert {one["order"] for one in every(api, "/ratings", "cursor", depot="LYON", stars=[2, 4])} == {"A-1", "A-3"}
    assert [one["order"] for one in every(api, "/ratings", "cursor", driver="D-1", sort="oldest")] == ["A-1", "A-4"]
    assert every(api, "/ratings", "cursor", driver="nobody") == []


@pytest.mark.parametrize(
    ("query", "pointer"),
    [
        ("stars=6", "stars"),
        ("from=2026-13-01", "from"),
        ("from=2026-02-01&to=2026-01-01", "to"),
        ("axis=promised", "axis"),
        ("sort=best", "sort"),
        ("limit=0", "limit"),
        ("limit=201", "limit"),
        ("limit=1e2", "limit"),
        ("cursor=abc", "cursor"),
        ("cursor=!", "cursor"),
        ("tag=%00", "tag"),
        ("depot=", "depot"),
        ("stras=1", "stras"),
    ],
)
def test_a_bad_parameter_is_told_by_its_name(api: Api, query: str, pointer: str) -> None:
    code, refused = api.call("GET", f"/ratings?{query}")
    assert (code, [error["pointer"] for error in refused["errors"]]) == (422, [pointer])


def test_a_key_of_one_depot_lists_and_follows_its_own_ratings_only(app: Flask, make: Factory) -> None:
    for ref, depot in (("L-1", "LYON"), ("P-1", "PARIS"), ("N-1", None), ("L-2", "LYON")):
        make.rating(make.completed(ref, depot=depot), 4)
    lyon = Api(app, depot=make.order("x", depot="LYON").depot)
    assert [one["order"] for one in every(lyon, "/ratings", "cursor", limit=1)] == ["L-2", "L-1"]
    assert [one["order"] for one in every(lyon, "/events", "since", limit=1)] == ["L-1", "L-2"]
    assert every(lyon, "/ratings", "cursor", depot="PARIS") == []
    blind = Api(app, scopes=("orders", "metrics"))
    assert [blind.call("GET", path)[0] for path in ("/ratings", "/events", "/orders/L-1")] == [403, 403, 403]


def test_new_ratings_come_once_each_and_corrections_are_not_new(api: Api, make: Factory) -> None:
    code, empty = api.call("GET", "/events")
    assert (code, empty["items"]) == (200, [])
    orders = [make.completed(f"A-{number}") for number in range(5)]
    since = empty["next_cursor"]
    for number, order in enumerate(orders):
        make.rating(order, 3, "first")
        make.rating(order, 4, "corrected")
        code, news = api.call("GET", f"/events?since={since}")
        assert [(one["order"], one["stars"], one["version"]) for one in news["items"]] == [(f"A-{number}", 4, 2)]
        since = news["next_cursor"]
    assert [one["order"] for one in every(api, "/events", "since", limit=2)] == [f"A-{number}" for number in range(5)]
    make.rating(make.completed("TEST", test=True), 1)
    assert api.call("GET", f"/events?since={since}")[1]["items"] == []
    for bad in ("abc", "MTIz", "A" * 2999):
        assert api.call("GET", f"/events?since={bad}")[0] == 422


def test_a_cursor_of_a_database_that_was_set_back_is_refused_and_misses_nothing_silently(
    api: Api, make: Factory
) -> None:
    load_demo(Operator())
    items = every(api, "/events", "since", limit=200)
    since = api.call("GET", "/events?limit=200")[1]["next_cursor"]
    assert len(items) > 100
    remove_demo(Operator())
    code, refused = api.call("GET", f"/events?since={since}")
    assert (code, refused["errors"][0]["pointer"]) == (422, "since")
    make.rating(make.completed("REAL"), 5)
    assert [one["order"] for one in every(api, "/events", "since")] == ["REAL"]


@pytest.mark.postgresql
def test_a_rating_that_is_committed_after_a_later_one_is_not_missed(app: Flask, api: Api, make: Factory) -> None:
    orders = [make.completed(f"A-{number}") for number in range(4)]
    make.rating(orders[0], 5)
    code, first = api.call("GET", "/events")
    assert [one["order"] for one in first["items"]] == ["A-0"]
    address = db.engine.url.set(drivername="postgresql").render_as_string(hide_password=False)
    insert = "INSERT INTO rating (order_id, stars, answered_at, updated_at, version) VALUES (%s, 1, now(), now(), 1)"
    since = first["next_cursor"]
    with psycopg.connect(address) as slow:
        # Its id is taken now and becomes visible last, as with a process that is frozen before its commit.
        slow.execute(insert, [orders[1].id])
        make.rating(orders[2], 5)
        seen = []
        for _ in range(3):
            code, news = api.call("GET", f"/events?since={since}")
            seen += [one["order"] for one in news["items"]]
            since = news["next_cursor"]
        assert seen == ["A-2"]
    make.rating(orders[3], 5)
    assert [one["order"] for one in every(api, "/events", "since", since=since, limit=1)] == ["A-1", "A-3"]
    assert [one["order"] for one in every(api, "/events", "since")] == ["A-0", "A-1", "A-2", "A-3"]
