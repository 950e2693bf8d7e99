"""The feedback figures over the API, counted from rows."""

from datetime import UTC, datetime

import pytest
from flask import Flask

from cxweb.core import clock
from tests.api.calling import JSON, Api
from tests.factories import Factory

DAY = datetime(2026, 11, 17, 12, 0, tzinfo=UTC)


def total(api: Api, query: str = "") -> JSON:
    code, found = api.call("GET", f"/metrics/feedback{query}")
    assert code == 200, found
    figures: JSON = found["total"]
    return figures


@pytest.fixture
def api(app: Flask, make: Factory) -> Api:
    """Four completed orders: 5 stars by A and B together, 2 stars by A, two not rated; one test order, one planned."""
    make.depot("LYON")
    crew = [{"ref": "A", "name": "Ana"}, {"ref": "B", "name": "Bo"}]
    with clock.showing(DAY):
        make.rating(make.completed("1", drivers=crew, depot="LYON", tags=["x"]), 5)
        make.rating(make.completed("2", drivers=crew[:1], channel="pickup"), 2)
        make.completed("3", drivers=crew[1:])
        make.rating(make.completed("T", test=True), 1)
        make.order("P")
    with clock.showing(datetime(2026, 11, 18, 23, 30, tzinfo=UTC)):
        make.completed("4")
    return Api(app)


def test_the_total_counts_an_order_of_several_drivers_once_and_leaves_tests_out(api: Api) -> None:
    found = total(api)
    assert (found["completed"], found["eligible"], found["rated"], found["response_rate"]) == (4, 4, 2, 50.0)
    assert found["stars"]["counts"] == [0, 1, 0, 0, 1]
    assert (found["stars"]["n"], found["stars"]["mean"], found["stars"]["low"]) == (2, 3.5, None)
    assert found["csat"]["value"] == 50.0
    assert (found["nps_stars"]["value"], found["nps_stars"]["promoters"], found["nps_stars"]["detractors"]) == (0, 1, 1)
    assert (found["nps"]["value"], found["tud"]["value"], found["ces"]["mean"]) == (None, None, None)


@pytest.mark.parametrize(
    ("query", "completed", "counts"),
    [
        ("?driver=A", 2, [0, 1, 0, 0, 1]),
        ("?driver=B", 2, [0, 0, 0, 0, 1]),
        ("?driver=A&driver=B", 3, [0, 1, 0, 0, 1]),
        ("?driver=nobody", 0, [0, 0, 0, 0, 0]),
        ("?depot=LYON", 1, [0, 0, 0, 0, 1]),
        ("?channel=pickup", 1, [0, 1, 0, 0, 0]),
        ("?tag=x", 1, [0, 0, 0, 0, 1]),
        ("?from=2026-11-17&to=2026-11-17", 3, [0, 1, 0, 0, 1]),
        # 23:30 UTC on the 18th is the 19th in Paris.
        ("?from=2026-11-18&to=2026-11-18", 0, [0, 0, 0, 0, 0]),
        ("?from=2026-11-19", 1, [0, 0, 0, 0, 0]),
        ("?stars=5", None, [0, 0, 0, 0, 1]),
        ("?axis=answered&from=2026-11-17&to=2026-11-17", None, [0, 1, 0, 0, 1]),
    ],
)
def test_filters_restrict_orders_and_answers_alike(
    api: Api, query: str, completed: int | None, counts: list[int]
) -> None:
    found = total(api, query)
    assert (found["completed"], found["stars"]["counts"]) == (completed, counts)


@pytest.mark.parametrize(
    "query", ["?from=17/11/2026", "?stars=6", "?axis=x", "?from=2026-11-18&to=2026-11-17", "?x=1", "?tag=%00"]
)
def test_a_bad_filter_is_refused_and_named(api: Api, query: str) -> None:
    code, refused = api.call("GET", f"/metrics/feedback{query}")
    assert code == 422
    assert refused["errors"]


def test_the_answer_names_its_filters_and_zone(api: Api) -> None:
    _, found = api.call("GET", "/metrics/feedback?from=2026-11-17&driver=A")
    assert found["filters"] == {
        "axis": "completed",
        "from": "2026-11-17",
        "driver": ["A"],
        "timezone": "Europe/Paris",
    }


def test_a_reopened_order_is_in_no_figure_by_completion_date(api: Api, make: Factory) -> None:
    make.order("1", status="arrived")
    assert total(api)["stars"]["counts"] == [0, 1, 0, 0, 0]
    assert total(api, "?axis=answered")["stars"]["counts"] == [0, 1, 0, 0, 1]


def test_a_key_of_one_depot_counts_its_own_branch_only(app: Flask, api: Api, make: Factory) -> None:
    assert total(Api(app, depot=make.depot("EMPTY")))["completed"] == 0


def test_a_survey_nobody_published_gives_nothing(api: Api) -> None:
    assert total(api, "?survey=99999999999999999999999")["stars"]["n"] == 0
