"""The metrics by date, driver, depot and channel, as the contract says."""

from datetime import UTC, datetime
from typing import Any

import pytest
from flask import Flask

from cxweb.core import clock
from tests.api.calling import Api
from tests.factories import Factory


def rows(api: Api, by: str, query: str = "") -> list[tuple[Any, ...]]:
    code, found = api.call("GET", f"/metrics/feedback?by={by}{query}")
    assert code == 200, found
    assert set(found) == {"filters", "total", "rows"}
    assert all(set(row) == {"key", "name", *found["total"]} for row in found["rows"])
    return [(row["key"], row["name"], row["completed"], row["stars"]["n"]) for row in found["rows"]]


@pytest.fixture
def api(app: Flask, make: Factory) -> Api:
    """Three orders: one by Ana and Bo in Lyon, one by Bo picked up at no depot, one by nobody in the new year."""
    make.depot("LYON", name="Lyon Gerland")
    ana, bo = {"ref": "A", "name": "Ana"}, {"ref": "B", "name": "Bo"}
    with clock.showing(datetime(2026, 12, 30, 12, tzinfo=UTC)):
        make.rating(make.completed("1", drivers=[ana, bo], depot="LYON"), 5)
    with clock.showing(datetime(2026, 12, 31, 12, tzinfo=UTC)):
        make.rating(make.completed("2", drivers=[bo], channel="pickup"), 2)
        make.completed("test", test=True)
    # Half past midnight in Paris.
    with clock.showing(datetime(2026, 12, 31, 23, 30, tzinfo=UTC)):
        make.completed("3")
        make.order("planned")
    return Api(app)


@pytest.mark.parametrize(
    ("by", "query", "expected"),
    [
        ("day", "", [("2026-12-30", None, 1, 1), ("2026-12-31", None, 1, 1), ("2027-01-01", None, 1, 0)]),
        ("week", "", [("2026-W53", None, 3, 2)]),
        ("month", "", [("2026-12", None, 2, 2), ("2027-01", None, 1, 0)]),
        ("quarter", "", [("2026-Q4", None, 2, 2), ("2027-Q1", None, 1, 0)]),
        ("year", "", [("2026", None, 2, 2), ("2027", None, 1, 0)]),
        ("driver", "", [("A", "Ana", 1, 1), ("B", "Bo", 2, 2), (None, None, 1, 0)]),
        ("driver", "&driver=A", [("A", "Ana", 1, 1)]),
        ("depot", "", [("LYON", "Lyon Gerland", 1, 1), (None, None, 2, 1)]),
        ("channel", "", [("delivery", "delivery", 2, 1), ("pickup", "pickup", 1, 1)]),
        ("day", "&axis=answered", [("2026-12-30", None, None, 1), ("2026-12-31", None, None, 1)]),
        ("driver", "&stars=2", [("B", "Bo", None, 1)]),
        ("month", "&from=2027-01-01", [("2027-01", None, 1, 0)]),
        ("channel", "&to=2026-12-30", [("delivery", "delivery", 1, 1)]),
    ],
)
def test_rows_are_those_with_an_order_or_an_answer_ascending(
    api: Api, by: str, query: str, expected: list[tuple[Any, ...]]
) -> None:
    with clock.showing(datetime(2027, 1, 2, tzinfo=UTC)):
        assert rows(api, by, query) == expected


def test_without_by_there_are_no_rows_and_a_bad_one_is_refused_by_name(api: Api) -> None:
    assert api.call("GET", "/metrics/feedback")[1]["rows"] == []
    code, refused = api.call("GET", "/metrics/feedback?by=hour")
    assert (code, [error["pointer"] for error in refused["errors"]]) == (422, ["by"])


def test_what_is_no_longer_kept_of_drivers_is_in_the_total_alone(api: Api) -> None:
    with clock.showing(datetime(2028, 6, 1, tzinfo=UTC)):
        assert rows(api, "driver") == []
        assert api.call("GET", "/metrics/feedback?by=driver")[1]["total"]["completed"] == 3
