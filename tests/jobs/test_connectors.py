"""Orders come in from OptimoRoute by themselves: each once, as it stands there, and what goes wrong is said."""

from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from redis import Redis
from rq import Queue
from rq.serializers import JSONSerializer
from sqlalchemy import func, select

from cxweb.actions.set_up_connector import set_up_connector
from cxweb.boards.models import BoardChange
from cxweb.core import clock, queue
from cxweb.core.db import session
from cxweb.integrations.models import Connector
from cxweb.integrations.queries import silent
from cxweb.integrations.rules import EVERY, OPTIMOROUTE
from cxweb.jobs import connectors
from cxweb.notifications.queries import for_order
from cxweb.orders.models import Order
from cxweb.orders.queries import by_ref
from tests.factories import WHOLE, Factory
from tests.optimoroute_server import KEY, OptimoRoute
from tests.servers import Valkey

NOW = datetime(2026, 11, 17, 11, 0, tzinfo=UTC)


def set_up(make: Factory, at: datetime = NOW, key: str = KEY, depot: str | None = None) -> None:
    with clock.showing(at):
        set_up_connector(OPTIMOROUTE, key, "", depot, True, make.user("admin"))


def pull(at: datetime = NOW) -> None:
    with clock.showing(at):
        connectors.pull(OPTIMOROUTE)
    session().expire_all()


def row() -> Connector:
    session().expire_all()
    return session().get_one(Connector, OPTIMOROUTE)


def ended(minutes: int) -> float:
    return (NOW + timedelta(minutes=minutes)).timestamp()


@pytest.fixture
def _messages(make: Factory) -> None:
    make.setting("notifications.completed", "email")


@pytest.mark.usefixtures("_messages")
def test_orders_are_taken_in_moved_and_completed_as_they_go_there(make: Factory, optimo: OptimoRoute) -> None:
    make.depot("lyon")
    set_up(make, depot="lyon")
    optimo.add("SO-1", "scheduled")
    pull()
    order = by_ref("SO-1", WHOLE)
    assert (order.status, order.channel, order.depot and order.depot.ref) == ("planned", "delivery", "lyon")
    assert (order.customer and order.customer.email, order.address_line) == (
        "nadia@example.com",
        "12 rue des Lilas, Lyon",
    )
    assert [(member.driver.ref, member.driver_name) for member in order.crew] == [("D-7", "Karim Benali")]
    assert order.promised_to == datetime(2026, 11, 17, 9, 0, tzinfo=UTC)
    assert order.eta == datetime(2026, 11, 17, 7, 45, tzinfo=UTC)
    for minutes, status in ((2, "on_route"), (4, "servicing"), (6, "success"), (8, "success"), (10, "on_route")):
        optimo.add("SO-1", status, ended(minutes - 1))
        pull(NOW + timedelta(minutes=minutes))
    order = by_ref("SO-1", WHOLE)
    assert [step.status for step in order.history] == ["planned", "on_the_way", "arrived", "completed"]
    assert order.completed_at == NOW + timedelta(minutes=5)
    assert {step.actor for step in order.history} == {"connector:optimoroute"}
    assert [message.state for message in for_order(order.id)] == ["pending"]


@pytest.mark.usefixtures("_messages")
def test_what_was_completed_before_is_taken_in_without_a_message_and_a_second_try_counts(
    make: Factory, optimo: OptimoRoute
) -> None:
    set_up(make)
    optimo.add("OLD", "success", ended(-90))
    optimo.add("BAD", "failed", ended(-60))
    optimo.add("GONE", "cancelled")
    pull()
    old, bad = by_ref("OLD", WHOLE), by_ref("BAD", WHOLE)
    assert (old.status, for_order(old.id)) == ("completed", [])
    assert (bad.status, bad.reason) == ("failed", "nobody at home")
    assert by_ref("GONE", WHOLE).status == "cancelled"
    optimo.add("BAD", "success", ended(3))
    pull(NOW + timedelta(minutes=4))
    assert by_ref("BAD", WHOLE).status == "completed"
    assert len(for_order(bad.id)) == 1


def test_what_has_not_changed_writes_nothing_and_pages_are_followed(make: Factory, optimo: OptimoRoute) -> None:
    set_up(make)
    optimo.page = 2
    for number in range(5):
        optimo.add(f"SO-{number}", "scheduled")
    pull()
    assert session().scalar(select(func.count()).select_from(Order)) == 5
    changes = session().scalar(select(func.count()).select_from(BoardChange))
    assert len(optimo.server.heard) == 6
    pull(NOW + EVERY)
    assert len(optimo.server.heard) == 12
    assert session().scalar(select(func.count()).select_from(BoardChange)) == changes


def test_a_worker_is_asked_when_it_is_time_and_again_where_redis_was_away(
    app: Flask, make: Factory, valkey: Valkey
) -> None:
    set_up(make)
    with clock.showing(NOW):
        connectors.sweep()
    assert row().next_pull_at == NOW, "there is no Redis"
    queue.init_app(app, valkey.url)
    jobs = Queue("work", connection=Redis.from_url(valkey.url), serializer=JSONSerializer)
    for seconds, asked in ((10, 1), (20, 1), (130, 2)):
        with clock.showing(NOW + timedelta(seconds=seconds)):
            connectors.sweep()
        assert jobs.count == asked
    assert [job.args for job in jobs.jobs] == [[OPTIMOROUTE]] * 2
    jobs.connection.close()


def test_what_cannot_be_taken_holds_up_no_other_and_is_said(make: Factory, optimo: OptimoRoute) -> None:
    set_up(make)
    optimo.add("no such number", "scheduled")
    optimo.add("LATER", "success", ended(60))
    optimo.add("SO-1", "scheduled")
    pull()
    assert [order.ref for order in session().scalars(select(Order))] == ["SO-1"]
    assert (row().refused_ref, row().refused_why) == ("LATER", "ahead")


def test_a_wrong_key_is_said_without_the_key_and_becomes_an_alarm(make: Factory, optimo: OptimoRoute) -> None:
    set_up(make, key="wr0ngK3y")
    pull()
    assert row().last_error == "AUTH_KEY_UNKNOWN"
    assert silent(NOW) == []
    optimo.server.server.shutdown()
    optimo.server.server.server_close()
    pull(NOW + timedelta(minutes=20))
    assert silent(NOW + timedelta(minutes=20)) == [OPTIMOROUTE]
    assert "refused" in (row().last_error or "")
    assert "wr0ngK3y" not in (row().last_error or "")


@pytest.mark.parametrize("answer", [(500, b"<html>"), (200, b"[1]"), (200, b"{" * 200_000), (302, b"")])
def test_an_answer_that_is_none_is_asked_again(make: Factory, optimo: OptimoRoute, answer: tuple[int, bytes]) -> None:
    set_up(make)
    optimo.server.bodies = {}
    optimo.server.always, optimo.server.text = answer
    pull()
    assert "no JSON object" in (row().last_error or "")
    assert row().next_pull_at == NOW + EVERY
