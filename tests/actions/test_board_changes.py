"""What changes a board says so in the same transaction, and no reader of the log misses it."""

from collections.abc import Callable
from datetime import timedelta

import psycopg
import pytest
from flask import Flask
from sqlalchemy import func, select, text

from cxweb.accounts.rules import Operator
from cxweb.actions.lift_spam import lift_spam
from cxweb.actions.mark_spam import mark_spam
from cxweb.actions.prune_board_changes import prune_board_changes
from cxweb.actions.record_phone_rating import record_phone_rating
from cxweb.actions.save_order import save_order
from cxweb.boards.models import BoardChange
from cxweb.boards.queries import log
from cxweb.core import clock
from cxweb.core.change_log import ChangeLog, Position
from cxweb.core.db import Base, db, session, transaction
from cxweb.intake.rules import OrderFields
from tests.factories import Factory

SOMEBODY = Operator("user:1")


def logged(order_id: int) -> list[int | None]:
    """The depots that the log names with the order, in its order."""
    wanted = select(BoardChange.depot_id).where(BoardChange.order_id == order_id).order_by(BoardChange.id)
    return list(session().scalars(wanted))


def test_a_new_order_its_moves_and_its_rating_are_logged(make: Factory) -> None:
    depot = make.depot("lyon")
    order = make.order(depot="lyon")
    saved = len(logged(order.id))
    assert saved > 0
    completed = make.completed(depot="lyon")
    before = len(logged(completed.id))
    make.rating(completed, 4)
    assert logged(completed.id)[before:] == [depot.id]
    make.rating(completed, 4)
    assert len(logged(completed.id)) == before + 1, "the same content again changes nothing"


def test_an_order_that_leaves_a_depot_is_told_to_both(make: Factory) -> None:
    old, new = make.depot("a"), make.depot("b")
    order = make.order("A-1", depot="a")
    before = len(logged(order.id))
    save_order("A-1", OrderFields(depot="b"), Operator())
    assert logged(order.id)[before:] == [old.id, new.id]


@pytest.mark.parametrize("act", ["spam", "lifted", "phone"])
def test_what_staff_do_to_a_rating_is_logged(make: Factory, act: str) -> None:
    order = make.completed()
    if act != "phone":
        make.rating(order, 1)
    acts: dict[str, list[Callable[[], None]]] = {
        "spam": [lambda: mark_spam(order.id, "x", SOMEBODY)],
        "lifted": [lambda: mark_spam(order.id, "x", SOMEBODY), lambda: lift_spam(order.id, SOMEBODY)],
        "phone": [lambda: record_phone_rating(order.id, 3, None, SOMEBODY)],
    }
    before = len(logged(order.id))
    for do in acts[act]:
        do()
    assert len(logged(order.id)) == before + len(acts[act])


def test_what_was_rolled_back_is_not_logged(make: Factory) -> None:
    order = make.completed()
    before = len(logged(order.id))
    with pytest.raises(LookupError):
        mark_spam(order.id, "there is no rating", SOMEBODY)
    assert len(logged(order.id)) == before


def test_old_changes_go_and_the_last_one_stays(make: Factory) -> None:
    make.completed()
    last = session().scalar(select(func.max(BoardChange.id)))
    with clock.showing(clock.now() + timedelta(days=3)):
        assert prune_board_changes() > 0
        assert list(session().scalars(select(BoardChange.id))) == [last]
        assert prune_board_changes() == 0


def test_who_has_read_the_end_of_the_log_has_no_news_until_the_next_change(app: Flask, make: Factory) -> None:
    a, b = make.depot("a"), make.depot("b")
    order = make.completed(depot="a")
    here = log().here(frozenset({a.id}))
    assert log().quiet(here, frozenset({a.id}))
    other = make.completed(depot="b")
    log().refresh(at_once=True)
    assert log().quiet(here, frozenset({a.id}))
    assert set(log().news(here, frozenset({b.id}), 100).orders) == {other.id}
    make.rating(order, 5)
    log().refresh(at_once=True)
    assert not log().quiet(here, frozenset({a.id}))
    assert log().news(here, frozenset({a.id}), 100).orders == [order.id]
    assert set(log().news(here, None, 100).orders) == {order.id, other.id}


def test_an_unknown_position_or_too_many_changes_have_everything_read_anew(app: Flask, make: Factory) -> None:
    order = make.completed()
    here = log().here(None)
    assert log().news(None, None, 100).anew
    assert log().news(Position(10**9), None, 100).anew
    make.rating(order, 5)
    make.rating(make.completed(), 5)
    log().refresh(at_once=True)
    assert log().news(here, None, 1).anew
    assert not log().news(here, None, 100).anew


@pytest.mark.postgresql
def test_a_lower_number_that_commits_later_is_not_missed(app: Flask, make: Factory) -> None:
    first, second = make.completed(), make.completed()
    follower = ChangeLog(db.engines["read"], Base.metadata.tables["board_change"])
    follower.refresh(at_once=True)
    start = follower.here(None)
    address = db.engine.url.set(drivername="postgresql").render_as_string(hide_password=False)
    insert = "INSERT INTO board_change (order_id, depot_id, at) VALUES (%s, NULL, now())"
    with psycopg.connect(address) as slow:
        # The number is taken now and becomes visible last, as with a process that is frozen before its commit.
        slow.execute(insert, [first.id])
        with transaction() as opened:
            opened.execute(text(insert.replace("%s", str(second.id))))
        follower.refresh(at_once=True)
        between = follower.news(start, None, 100)
        assert between.orders == [second.id]
        for _ in range(3):
            follower.refresh(at_once=True)
        assert follower.quiet(between.position, None)
    follower.refresh(at_once=True)
    after = follower.news(between.position, None, 100)
    assert after.orders == [first.id]
    follower.refresh(at_once=True)
    assert follower.here(None).beyond == frozenset()
    assert follower.quiet(follower.here(None), None)
