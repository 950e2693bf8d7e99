"""The demo comes into an empty database, lives, and goes without a trace."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import selectinload

from cxweb.accounts.rules import Operator
from cxweb.actions.advance_demo import advance_demo
from cxweb.actions.load_demo import NoDemoBesideOrders, load_demo
from cxweb.actions.remove_demo import remove_demo
from cxweb.actions.steps.clear_demo import clear_demo
from cxweb.company.models import Depot, Setting
from cxweb.company.queries import settings, stored
from cxweb.core import clock
from cxweb.core.db import Base, session, transaction
from cxweb.demo import comments_en, comments_fr
from cxweb.demo.queries import link_to_try, may_load
from cxweb.demo.routes import Routes
from cxweb.notifications.models import Notification
from cxweb.orders.models import Customer, Driver, Order, StatusChange
from cxweb.ratings.models import Rating, RatingVersion
from cxweb.surveys.queries import current, default
from cxweb.surveys.rules import same
from tests.factories import Factory

BY = Operator("command")
PARIS = ZoneInfo("Europe/Paris")
WEDNESDAY_NOON = datetime(2026, 11, 18, 12, 30, tzinfo=PARIS)


def count(model: type[Base]) -> int:
    return session().scalar(select(func.count()).select_from(model)) or 0


def test_the_demo_is_a_company_with_two_weeks_of_orders_up_to_now(app: Flask) -> None:
    with clock.showing(WEDNESDAY_NOON):
        loaded = load_demo(BY)
    assert 2_700 < loaded < 3_500
    assert loaded == count(Order)
    assert settings().company_name == "Maison Colibri"
    assert (count(Depot), count(Driver)) == (5, 24)
    assert count(Rating) == count(RatingVersion)
    assert 0.3 < count(Rating) / loaded < 0.45
    statuses = Counter(session().scalars(select(Order.status)))
    assert set(statuses) == {"planned", "on_the_way", "arrived", "completed", "failed", "cancelled"}
    late = select(Order.id).where(Order.status.in_(("planned", "on_the_way", "arrived")))
    assert session().scalar(late.where(Order.promised_to < WEDNESDAY_NOON).limit(1)) is not None


def test_since_a_week_the_demo_asks_everything_and_afterwards_the_survey_is_as_before(
    app: Flask, make: Factory
) -> None:
    load_demo(BY)
    rated = list(session().scalars(select(Rating).options(selectinload(Rating.reasons))))
    asked = [rating for rating in rated if rating.survey_version_id is not None]
    assert 0.3 < len(asked) / len(rated) < 0.9
    for name in ("nps", "ces", "open", "reasons"):
        assert any(getattr(rating, name) for rating in asked)
        assert not any(getattr(rating, name) for rating in rated if rating.survey_version_id is None)
    survey = current()
    assert (survey.asks_nps, survey.asks_ces, survey.asks_open, survey.asks_reasons) == (True,) * 4
    make.order("A-1")
    assert same(current(), default())
    assert current().number > survey.number


@pytest.mark.parametrize("hour", [0, 5, 9, 13, 17, 23])
@pytest.mark.parametrize("day", range(7))
def test_nothing_in_the_demo_lies_in_the_future_or_out_of_order(day: int, hour: int) -> None:
    now = datetime(2026, 11, 16 + day, hour, 10, tzinfo=PARIS).astimezone(UTC)
    orders = list(Routes(now, PARIS, seed=day * 24 + hour).orders())
    assert 2_700 < len(orders) < 3_600
    assert len({order.ref for order in orders}) == len(orders)
    for order in orders:
        assert order.history[-1].at <= now
        assert all(before.at <= after.at for before, after in pairwise(order.history))


def test_the_same_seed_and_instant_give_the_same_demo() -> None:
    one, two = (list(Routes(WEDNESDAY_NOON, PARIS, seed=3).orders()) for _ in range(2))
    assert one == two


def test_every_demo_row_is_marked_and_no_address_or_number_can_reach_anybody(app: Flask) -> None:
    load_demo(BY)
    for model in (Order, Customer, Driver, Depot):
        assert session().scalar(select(func.count()).where(~model.is_demo)) == 0
    assert all(email.endswith("@example.com") for email in session().scalars(select(Customer.email)) if email)
    assert all(phone.startswith("+3363998") for phone in session().scalars(select(Customer.phone)) if phone)


def test_the_outbox_shows_the_day_the_gateway_failed_and_leaves_the_newest_to_the_workers(app: Flask) -> None:
    with clock.showing(WEDNESDAY_NOON):
        load_demo(BY)
    states = Counter(session().scalars(select(Notification.state)))
    assert 25 <= states["pending"] <= 60
    assert states["failed"]
    late = select(func.count()).where(Notification.state == "sent", Notification.attempts > 2)
    assert session().scalar(late)
    newest = select(Notification.order_id).where(Notification.state == "pending")
    assert session().scalar(select(func.count()).where(Rating.order_id.in_(newest))) == 0


def test_the_link_to_try_belongs_to_a_completed_order_nobody_has_rated(app: Flask) -> None:
    load_demo(BY)
    token = link_to_try()
    order = session().scalars(select(Order).where(Order.token == token)).one()
    assert (order.status, order.eligible, order.is_demo) == ("completed", True, True)
    assert session().scalar(select(Rating).where(Rating.order_id == order.id)) is None


def test_there_is_no_demo_beside_a_real_order(app: Flask, make: Factory) -> None:
    make.order("A-1")
    with pytest.raises(NoDemoBesideOrders):
        load_demo(BY)
    assert not may_load()
    result = app.test_cli_runner().invoke(args=["demo-data"])
    assert result.exit_code == 1
    assert "There are real orders" in result.stderr


def test_loading_twice_brings_one_demo(app: Flask) -> None:
    loaded = load_demo(BY)
    assert load_demo(BY) == 0
    assert count(Order) == loaded


def test_removing_the_demo_leaves_nothing_and_it_stays_away(app: Flask) -> None:
    loaded = load_demo(BY)
    assert remove_demo(BY) == loaded
    for model in (Order, Customer, Driver, Depot, Rating, RatingVersion, Notification, StatusChange):
        assert count(model) == 0
    assert list(session().scalars(select(Setting.key))) == ["demo.removed"]
    assert not may_load()
    assert remove_demo(BY) == 0
    assert load_demo(BY) == loaded


def test_the_first_real_order_ends_the_demo(app: Flask, make: Factory) -> None:
    load_demo(BY)
    make.order("A-1")
    assert list(session().scalars(select(Order.ref))) == ["A-1"]
    assert settings().company_name == ""


def test_a_name_the_company_gave_itself_survives_the_demo(app: Flask, make: Factory) -> None:
    load_demo(BY)
    make.setting("company.name", "Transports Durand")
    remove_demo(BY)
    assert stored("company.name") == "Transports Durand"


def test_a_demo_depot_that_an_account_is_bound_to_stays(app: Flask, make: Factory) -> None:
    load_demo(BY)
    gerland = session().scalars(select(Depot).where(Depot.ref == "demo-gerland")).one()
    make.user("dispatcher", gerland)
    with transaction():
        clear_demo()
    assert sorted(session().scalars(select(Depot.ref))) == ["demo-gerland", "demo-rhone"]


def test_every_minute_a_few_orders_are_completed_and_some_are_rated(app: Flask) -> None:
    with clock.showing(WEDNESDAY_NOON):
        load_demo(BY)
    rated = count(Rating)
    for minute in range(1, 31):
        with clock.showing(WEDNESDAY_NOON + timedelta(minutes=minute)):
            assert advance_demo() == 3
    assert 30 <= count(Rating) - rated <= 120
    assert count(Rating) == count(RatingVersion)


def test_a_demo_left_running_never_runs_dry_nor_grows_for_ever(app: Flask) -> None:
    with clock.showing(WEDNESDAY_NOON):
        before = load_demo(BY)
    for minute in range(70):
        with clock.showing(WEDNESDAY_NOON + timedelta(minutes=minute + 1)):
            assert advance_demo() == 3
    assert count(Order) > before
    with clock.showing(WEDNESDAY_NOON + timedelta(days=30)):
        advance_demo()
    assert count(Order) < 100


def test_without_a_demo_nothing_advances(app: Flask) -> None:
    assert advance_demo() == 0


def test_the_comments_are_many_and_none_comes_twice() -> None:
    for module, fewest in ((comments_fr, 120), (comments_en, 60)):
        texts = [text for deck in (module.COMMENTS, module.LATE) for texts in deck.values() for text in texts]
        assert len(texts) == len(set(texts)) >= fewest
