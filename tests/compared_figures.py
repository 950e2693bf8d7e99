"""Asks API and queries for figures, and compares them with those of the independent recomputation."""

from dataclasses import asdict, replace
from datetime import datetime
from random import Random
from typing import Any
from unittest.mock import patch
from urllib.parse import urlencode

import pytest

from cxweb.accounts.rules import Perimeter
from cxweb.analytics import filters
from cxweb.analytics.queries import BY, crosstab, feedback, feedback_by, funnel, open_answer_counts, reason_shares
from cxweb.core import clock
from cxweb.core.db import db
from cxweb.reviews.queries import answers, open_answers, walks
from tests import independent_figures as independent
from tests.api.calling import Api
from tests.histories import days_of, random_filter

JSON = dict[str, Any]
# What the API does not tell.
BESIDE = ("beside", "reasons", "open", "open_list", "lists", "cross")

# Filters whose answers are found one after the other.
OF_DAYS = ("axis", "from", "to", "depot", "channel", "stars")
# Few answers are sorted; these walk to them all the same, or give up on the way.
WALKS: tuple[dict[str, float], ...] = (
    {"STEP": 0, "MANY_STEPS": 0, "MANY_DAYS": 100},
    {"STEP": 0, "MANY_STEPS": 0, "MANY_DAYS": 1},
    {"STEP": 0},
    {"MANY_STEPS": 0},
)


def raw(statement: str) -> list[tuple[Any, ...]]:
    """The rows as the driver gives them."""
    with db.engines["read"].connect() as connection:
        return [tuple(row) for row in connection.exec_driver_sql(statement)]


def compare(api: Api, seed: int, now: datetime, times: int, perimeter: int | None = None) -> int:
    """Compare the figures of so many random filters; how many figures' sets were compared."""
    random, company, compared = Random(seed), independent.read(raw), 0
    for _ in range(times):
        chosen, by = random_filter(random, now), random.choice(BY)
        with clock.showing(now):
            compared += _compare_one(api, company, chosen, by, now, perimeter)
            days = {name: value for name, value in chosen.items() if name in OF_DAYS}
            total, where = independent.answer(company, days, by, now, perimeter)["total"], f"{days} at {now}"
            _compare_lists(total, filters.read(days_of(days)), Perimeter.of(perimeter), where)
    return compared


def _compare_one(api: Api, company: Any, chosen: JSON, by: str, now: datetime, perimeter: int | None) -> int:
    wanted = independent.answer(company, chosen, by, now, perimeter)
    asked = days_of(chosen)
    code, found = api.call("GET", f"/metrics/feedback?{urlencode([*asked.items(), ('by', by)], doseq=True)}")
    assert code == 200, found
    where = f"{asked} by {by} at {now}"
    assert [row["key"] for row in found["rows"]] == [row["key"] for row in wanted["rows"]], where
    for mine, theirs in zip([found["total"], *found["rows"]], [wanted["total"], *wanted["rows"]], strict=True):
        told = {name: value for name, value in theirs.items() if name not in BESIDE}
        assert mine == _nearly(told), where
    _compare_queries(wanted, filters.read(asked), by, Perimeter.of(perimeter), where)
    return 1 + len(found["rows"])


def _compare_queries(wanted: JSON, chosen: filters.ReportFilter, by: str, perimeter: Perimeter, where: str) -> None:
    """What the report and its export show beyond the API's answer."""
    rows = feedback_by(chosen, perimeter, by)
    figures = [feedback(chosen, perimeter), *(row.feedback for row in rows)]
    for mine, theirs in zip(figures, [wanted["total"], *wanted["rows"]], strict=True):
        beside = theirs["beside"]
        assert (mine.spam, mine.by_phone) == (beside["spam"], beside["by_phone"]), where
        if beside["reached"] is not None:
            assert [mine.reached.n, mine.reached.value] == _nearly(list(beside["reached"])), where
    total = wanted["total"]
    if "funnel" in total["beside"]:
        assert list(asdict(funnel(chosen, perimeter)).values()) == total["beside"]["funnel"], where
    reasons = reason_shares(chosen, perimeter)
    assert {row.code: row.count for row in reasons.rows} == total["reasons"]["counts"], where
    own = 100 * total["reasons"]["own"] / total["reasons"]["n"] if total["reasons"]["n"] else None
    assert (reasons.n, reasons.own.value) == (total["reasons"]["n"], _nearly(own)), where
    _compare_lists(total, chosen, perimeter, where)
    assert open_answer_counts(chosen, perimeter) == total["open"], where
    assert [list(row) for row in crosstab(chosen, perimeter).counts] == total["cross"], where


def _compare_lists(total: JSON, chosen: filters.ReportFilter, perimeter: Perimeter, where: str) -> None:
    """The answers in one of the orders, page by page, and those to the open question; walked to, or left to give up."""
    choice, n = divmod(total["stars"]["n"], len(filters.SORTS))
    sort = filters.SORTS[n]
    with patch.multiple(walks, FEW_STEPS=0, **WALKS[choice % len(WALKS)]):
        _compare_pages(total, chosen, perimeter, sort, where)


def _compare_pages(total: JSON, chosen: filters.ReportFilter, perimeter: Perimeter, sort: str, where: str) -> None:
    pages = {
        sort: lambda cursor: answers(replace(chosen, sort=sort), perimeter, cursor=cursor, size=2),
        "open": lambda cursor: open_answers(chosen, perimeter, cursor=cursor, size=2),
    }
    for name, wanted in ((sort, total["lists"][sort]), ("open", total["open_list"])):
        page = pages[name](None)
        found = [answer.id for answer in page.items]
        while page.next_cursor:
            page = pages[name](page.next_cursor)
            found += [answer.id for answer in page.items]
        assert found == wanted, f"{name}: {where}"


def _nearly(value: Any) -> Any:
    """The same with floats that may differ in the last digits of a double."""
    if isinstance(value, dict):
        return {key: _nearly(one) for key, one in value.items()}
    if isinstance(value, list):
        return [_nearly(one) for one in value]
    return pytest.approx(value, rel=1e-9, abs=1e-7) if isinstance(value, float) else value
