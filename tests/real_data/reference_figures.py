"""The figures of the imported real data against those of its reference, to four decimals."""

import json
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from cxweb import ROOT
from cxweb.accounts.rules import Operator, Perimeter
from cxweb.actions.change_settings import change_settings
from cxweb.actions.check_rollups import check_rollups
from cxweb.actions.refresh_rollups import refresh_rollups
from cxweb.analytics.filters import ReportFilter
from cxweb.analytics.queries import feedback, feedback_by
from cxweb.analytics.rules import Feedback
from cxweb.core import clock

JSON = dict[str, Any]
REFERENCE = ROOT.parent / "shared" / "data" / "olist" / "reference.json"
# When the last driver's figures of the data are still kept.
AFTERWARDS = datetime(2018, 12, 1, tzinfo=UTC)
# The reference leaves out the orders without an instant of completion; the product has them by their promised date.
FALLBACKS = {"2017-06": 1, "2018-07": 3}


def check_figures() -> None:
    """Compare headline, months in three zones and drivers, from the rows and again from the rollups."""
    figures = json.loads(REFERENCE.read_text(encoding="utf-8"))["figures"]
    with clock.showing(AFTERWARDS):
        change_settings({"drivers.months": "120"}, Operator())
        _headline(figures)
        for zone, wanted in figures["zones"].items():
            change_settings({"company.timezone": zone}, Operator())
            _months(wanted)
            # Built for the zone before, the rollups are of no use until they are built anew.
            assert refresh_rollups(600)
            _months(wanted)
        _headline(figures)
        _drivers(figures["by_driver_top50"])
        assert check_rollups(now=True) == 0


def _headline(figures: JSON) -> None:
    found = feedback(ReportFilter(), Perimeter())
    assert _of_answers(found) == _answers(figures["headline"])
    assert (found.completed, found.rated) == (figures["completed"], figures["rated_completed"])
    assert _rounded(found.response_rate) == figures["response_rate_pct"]


def _months(wanted: JSON) -> None:
    answered = {row.key: _of_answers(row.feedback) for row in _by("month", axis="answered")}
    assert answered == {month: _answers(figures) for month, figures in wanted["by_month_answered"].items()}
    days = {row.key: row.feedback for row in _by("day", axis="answered") if (row.key or "").startswith("2018-05")}
    assert {day: [found.stars.n, _rounded(found.stars.mean)] for day, found in days.items()} == wanted[
        "by_day_answered_2018-05"
    ]
    completed = {row.key: row.feedback for row in _by("month")}
    assert {month: found.completed - FALLBACKS.get(month or "", 0) for month, found in completed.items()} == {
        month: figures["completed"] for month, figures in wanted["by_month_delivered"].items()
    }
    for month, figures in wanted["by_month_delivered"].items():
        if month not in FALLBACKS:
            found = completed[month]
            assert (found.rated, _rounded(found.response_rate)) == (figures["rated"], figures["response_rate_pct"])
            assert _of_answers(found)[1:4] == [figures[name] for name in ("mean", "csat_pct", "nps_proxy")]


def _drivers(wanted: Iterable[JSON]) -> None:
    found = {row.key: row for row in _by("driver")}
    for driver in wanted:
        row = found[driver["driver_id"]]
        assert row.name == driver["driver_name"]
        assert (row.feedback.completed, row.feedback.rated) == (driver["completed"], driver["rated"])
        assert _rounded(row.feedback.response_rate) == driver["response_rate_pct"]
        assert _of_answers(row.feedback) == _answers({**driver, "ratings": driver["rated"]})


def _by(by: str, axis: str = "completed") -> Iterable[Any]:
    return feedback_by(ReportFilter(axis=axis), Perimeter(), by)


def _of_answers(found: Feedback) -> list[Any]:
    """n, mean, CSAT, NPS of the stars, and how often each star was given."""
    means = [_rounded(value) for value in (found.stars.mean, found.csat.value, found.nps_stars.value)]
    return [found.stars.n, *means, list(found.stars.counts)]


def _answers(reference: JSON) -> list[Any]:
    hist = [reference["hist"][str(stars)] for stars in range(1, 6)]
    return [reference["ratings"], *(reference[name] for name in ("mean", "csat_pct", "nps_proxy")), hist]


def _rounded(value: float | None) -> float | None:
    return round(value, 4) if value is not None else None
