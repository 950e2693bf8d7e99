"""Figures against checked values and hand-made counts."""

import tomllib
from pathlib import Path
from typing import Any

import pytest

from cxweb.analytics.rules import Counts, figures, mean, promoters, ranks, share, shrunken

VECTORS = tomllib.loads(Path(__file__).with_name("vectors.toml").read_text(encoding="utf-8"))
REFERENCE = (505, 146, 439, 1064, 3024)


@pytest.mark.parametrize("case", VECTORS["share"], ids=lambda case: f"{case['part']}/{case['n']}")
def test_shares_have_the_checked_wilson_intervals(case: dict[str, Any]) -> None:
    found = share(case["part"], case["n"])
    assert found.low == pytest.approx(case["low"], abs=0.05)
    assert found.high == pytest.approx(case["high"], abs=0.05)


@pytest.mark.parametrize("case", VECTORS["nps"], ids=lambda case: f"{case['promoters']}/{case['detractors']}")
def test_nps_has_the_checked_adjusted_wald_intervals(case: dict[str, Any]) -> None:
    found = promoters(case["promoters"], case["passives"], case["detractors"])
    assert found.value == case["value"]
    assert found.low == pytest.approx(max(case["centre"] - case["half"], -100), abs=0.1)
    assert found.high == pytest.approx(min(max(case["centre"] + case["half"], case["value"]), 100), abs=0.1)


def test_no_data_is_none_and_never_zero() -> None:
    nothing = figures(Counts(0, 0, 0))
    assert nothing.response_rate is None
    assert nothing.stars.mean is nothing.csat.value is nothing.nps.value is nothing.tud.value is None
    assert nothing.ces.mean is nothing.easy_share is None


def test_the_reference_distribution_gives_the_reference_figures() -> None:
    found = figures(Counts(13187, 13187, 5178, REFERENCE, REFERENCE))
    assert round(found.response_rate or 0, 4) == 39.2659
    assert round(found.stars.mean or 0, 4) == 4.1503
    assert round(found.csat.value or 0, 4) == 78.9494
    assert round(found.nps_stars.value or 0, 4) == 37.3503


def test_means_show_an_interval_from_five_answers_on_and_stay_on_the_scale() -> None:
    assert mean((0, 0, 0, 0, 4), (1, 2, 3, 4, 5)).low is None
    five = mean((1, 0, 0, 0, 4), (1, 2, 3, 4, 5))
    assert five.mean == 4.2
    assert five.high == 5
    assert five.low == pytest.approx(4.2 - 1.959963984540054 * 3.2**0.5 / 5**0.5)
    assert mean((0, 0, 7, 0, 0), (1, 2, 3, 4, 5)).low == 3


def test_answers_to_a_survey_that_asks_0_to_10_never_feed_nps_stars() -> None:
    found = figures(Counts(4, 4, 4, (0, 0, 0, 0, 4), (0, 0, 0, 0, 1), (0,) * 9 + (1, 2)))
    assert (found.nps_stars.n, found.nps.n, found.stars.n) == (1, 3, 4)


def test_filters_on_answers_leave_orders_and_rates_empty() -> None:
    found = figures(Counts(None, None, None, (1, 0, 0, 0, 0)))
    assert (found.completed, found.eligible, found.rated, found.response_rate) == (None, None, None, None)
    assert found.stars.n == 1


def test_few_answers_are_drawn_to_the_overall_mean_and_many_rank_first() -> None:
    found = [shrunken(case["stars"], 4.4) for case in VECTORS["shrunken"]]
    assert found == [pytest.approx(case["value"], abs=0.0005) for case in VECTORS["shrunken"]]
    assert ranks(sorted(found, reverse=True)) == [1, 2, 3]
    assert ranks([4.686, 4.6861, 4.2]) == [1, 1, 3]


@pytest.mark.parametrize(
    ("mapping", "promoting", "detracting"), [((5, 3), 3024, 1090), ((5, 2), 3024, 651), ((4, 2), 4088, 651)]
)
def test_who_promotes_by_stars_is_a_setting(mapping: tuple[int, int], promoting: int, detracting: int) -> None:
    found = figures(Counts(0, 0, 0, REFERENCE, REFERENCE), mapping).nps_stars
    assert (found.promoters, found.detractors, found.n) == (promoting, detracting, 5178)
    assert found.value == 100 * (promoting - detracting) / 5178


def test_the_rate_on_messages_delivered_stands_under_its_own_name() -> None:
    found = figures(Counts(10, 10, 4, reached=5, reached_rated=3))
    assert (found.response_rate, found.reached.value, found.reached.n) == (40.0, 60.0, 5)
