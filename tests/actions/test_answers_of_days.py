"""Lists of the answers to orders completed within some days, where there are too many of them to sort them all."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from random import Random
from typing import Any

import psycopg
import pytest
from flask import Flask
from sqlalchemy import insert, select, update

from cxweb.accounts.rules import Operator
from cxweb.actions.change_order_status import change_order_status
from cxweb.actions.rebuild_rollups import rebuild_rollups
from cxweb.analytics.filters import SORTS, ReportFilter
from cxweb.company.models import Depot
from cxweb.core import clock
from cxweb.core.db import session, transaction
from cxweb.orders.models import Order
from cxweb.orders.queries import by_ref
from cxweb.ratings.models import Rating
from cxweb.reviews.queries import answers, open_answers, walks
from tests.factories import WHOLE, Factory

FIRST = datetime(2026, 9, 1, tzinfo=UTC)
DAYS, COUNT, AGO = 20, 900, timedelta(days=1)
SOMEBODY = Operator("user:7")


@pytest.fixture
def rated(app: Flask) -> list[Any]:
    """Orders of twenty days with their answers: most within two days, some much later, many at the same instant."""
    random = Random(6)
    orders, ratings = [], []
    for n in range(1, COUNT + 1):
        completed_at = FIRST + timedelta(minutes=random.randrange(DAYS * 24 * 60))
        late = timedelta(days=random.choice((0, 0, 0, 1, 1, 2, 30)), hours=random.randrange(24))
        answered_at = (completed_at + late).replace(minute=0)
        told = {"ref": f"r{n}", "token": f"t{n}", "channel": "delivery", "sampling_draw": 1, "created_at": FIRST}
        orders.append({"id": n, "status": "completed", "completed_at": completed_at, "eligible": True, **told})
        times = {"answered_at": answered_at, "updated_at": answered_at}
        said = {"stars": random.randint(1, 5), "open": random.choice((None, None, "More of it."))}
        ratings.append({"id": n, "order_id": n, **times, **said})
    with transaction() as opened:
        opened.execute(insert(Order), orders)
        opened.execute(insert(Rating), ratings)
    rebuild_rollups()
    columns = (Rating.id, Rating.stars, Rating.open, Rating.answered_at, Order.completed_at)
    return list(session().execute(select(*columns).join(Order, Order.id == Rating.order_id)))


KEYS: dict[str, Callable[[Any], Any]] = {
    "newest": lambda row: (-row.answered_at.timestamp(), row.id),
    "oldest": lambda row: (row.answered_at, row.id),
    "lowest": lambda row: (row.stars, -row.answered_at.timestamp(), row.id),
    "highest": lambda row: (-row.stars, -row.answered_at.timestamp(), row.id),
}


def listed(chosen: ReportFilter, listing: Callable[..., Any]) -> list[int]:
    page = listing(chosen, WHOLE, size=30)
    found = list(page.items)
    while page.next_cursor:
        page = listing(chosen, WHOLE, cursor=page.next_cursor, size=30)
        found += page.items
    return [answer.id for answer in found]


@pytest.mark.parametrize("lengths", [{"STEP": 0, "MANY_STEPS": 0}, {"STEP": 0}, {"STEP": COUNT}])
@pytest.mark.parametrize("sort", SORTS)
def test_they_come_in_the_order_asked_for_page_after_page(
    rated: list[Any], monkeypatch: pytest.MonkeyPatch, sort: str, lengths: dict[str, int]
) -> None:
    """By day; by day, or where they are rare along all of them; by sorting them."""
    for name, length in lengths.items():
        monkeypatch.setattr(walks, name, length)
    chosen = ReportFilter(start=date(2026, 9, 3), end=date(2026, 9, 18), sort=sort)
    start, end = datetime(2026, 9, 2, 22, tzinfo=UTC), datetime(2026, 9, 18, 22, tzinfo=UTC)
    among = sorted((row for row in rated if start <= row.completed_at < end), key=KEYS[sort])
    assert listed(chosen, answers) == [row.id for row in among]
    few = replace(chosen, stars=(2, 4))
    assert listed(few, answers) == [row.id for row in among if row.stars in (2, 4)]
    assert listed(chosen, open_answers) == [row.id for row in among if row.open]


def test_an_answer_goes_to_another_day_with_its_order(
    app: Flask, make: Factory, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(walks, "STEP", 0)
    now = datetime(2026, 11, 17, 12, tzinfo=UTC)
    of_day = {ago: ReportFilter(start=now.date() - ago * AGO, end=now.date() - ago * AGO) for ago in (1, 3)}
    with clock.showing(now):
        order = make.order("1", status="completed", at=now - 3 * AGO)
        rating = make.rating(order)
        rebuild_rollups()
        assert [listed(of_day[ago], answers) for ago in (3, 1)] == [[rating.id], []]
        change_order_status(by_ref, "1", "arrived", SOMEBODY, reason="not delivered")
        assert listed(of_day[3], answers) == []
        assert session().scalar(select(Rating.completed_on)) is None
        change_order_status(by_ref, "1", "completed", SOMEBODY, at=now - AGO)
        rebuild_rollups()
        assert [listed(of_day[ago], answers) for ago in (3, 1)] == [[], [rating.id]]


def test_answers_far_from_where_the_days_begin_are_found(
    app: Flask, rated: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A depot's few answers lie on the last day: a walk through those of all others gives up."""
    monkeypatch.setattr(walks, "STEP", 0)
    monkeypatch.setattr(walks, "MANY_DAYS", 3)
    last = sorted(rated, key=lambda row: row.completed_at)[-40:]
    with transaction() as opened:
        opened.add(Depot(id=1, ref="NEW", name="New"))
        opened.flush()
        opened.execute(update(Order).where(Order.id.in_([row.id for row in last])).values(depot_id=1))
    rebuild_rollups()
    chosen = ReportFilter(start=date(2026, 8, 1), end=date(2026, 9, 30), sort="oldest", depot=("NEW",))
    assert listed(chosen, answers) == [row.id for row in sorted(last, key=KEYS["oldest"])]


@pytest.mark.postgresql
@pytest.mark.parametrize("rating_first", [False, True])
def test_an_answer_and_a_completion_that_is_being_moved_wait_for_each_other(
    app: Flask, make: Factory, database_url: str, rating_first: bool
) -> None:
    order = make.completed()
    assert order.completed_at is not None
    url = database_url.replace("postgresql+psycopg", "postgresql")
    move = """UPDATE "order" SET completed_at = completed_at - interval '3 days' WHERE id = %s"""
    rate = "INSERT INTO rating (order_id, stars, answered_at, updated_at, version) VALUES (%s, 5, now(), now(), 1)"
    first, then = (rate, move) if rating_first else (move, rate)
    with psycopg.connect(url) as earlier, psycopg.connect(url) as later, ThreadPoolExecutor(1) as pool:
        earlier.execute(first, [order.id])
        done = pool.submit(later.execute, then, [order.id])
        with pytest.raises(TimeoutError):
            done.result(0.3)
        earlier.commit()
        done.result(10)
    assert session().scalar(select(Rating.completed_on)) == order.completed_at.date() - 3 * AGO
