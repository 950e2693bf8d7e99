"""Every completed order has the message that was wanted; the outbox's health says what is stuck and for how long."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import delete, update

from cxweb.accounts.rules import Operator
from cxweb.actions.change_settings import change_settings
from cxweb.actions.import_orders import import_orders
from cxweb.actions.save_order import save_order
from cxweb.core import clock
from cxweb.core.db import transaction
from cxweb.intake.rules import OrderFields
from cxweb.notifications.models import GatewayState, Notification
from cxweb.notifications.queries import health, without_message
from cxweb.orders.models import Order
from cxweb.orders.queries import by_ref
from tests.factories import WHOLE, Factory
from tests.files import Folder, done
from tests.sending import completed, leave_in_doubt, row

DAY = timedelta(days=1)


def lose_rows() -> None:
    """As a product without an outbox does."""
    with transaction() as opened:
        opened.execute(delete(Notification))


def missing() -> int:
    return without_message(clock.now() - DAY)


def long_ago(make: Factory, key: str, value: str) -> None:
    """A setting that has been in force for a while."""
    with clock.showing(clock.now() - timedelta(hours=2)):
        make.setting(key, value)


def test_an_order_that_asked_for_its_message_and_has_none_is_counted(app: Flask, make: Factory) -> None:
    completed(make, notify="email")
    assert missing() == 0
    lose_rows()
    assert missing() == 1
    assert health(clock.now()).alarms == ["unwritten"]


def test_an_order_that_follows_the_company_is_counted_while_the_company_wanted_it(app: Flask, make: Factory) -> None:
    long_ago(make, "notifications.completed", "email")
    make.completed(customer={"email": "a@example.com"})
    make.completed()
    assert missing() == 0
    lose_rows()
    assert missing() == 2


@pytest.mark.parametrize("choice", ["none", "email"])
def test_a_preference_that_changed_since_accuses_no_order(app: Flask, make: Factory, choice: str) -> None:
    long_ago(make, "notifications.completed", "sms" if choice == "none" else "none")
    with clock.showing(clock.now() - timedelta(hours=1)):
        make.completed()
    lose_rows()
    change_settings({"notifications.completed": choice}, Operator())
    assert missing() == 0


def _own_choice_after(make: Factory) -> Order:
    order = make.completed("A-1", notify="none")
    save_order("A-1", OrderFields(notify="email"), Operator())
    return order


def _demo(make: Factory) -> Order:
    order = completed(make)
    with transaction() as opened:
        opened.execute(update(Order).values(is_demo=True))
    return order


@pytest.mark.parametrize(
    "prepare",
    [
        lambda make: make.completed(notify="none"),
        lambda make: make.order(notify="email"),
        lambda make: make.order(notify="email", status="failed"),
        _own_choice_after,
        _demo,
    ],
    ids=["none wanted", "not completed", "failed", "wanted only afterwards", "demo"],
)
def test_who_was_to_get_none_is_not_counted(app: Flask, make: Factory, prepare: Callable[[Factory], Order]) -> None:
    prepare(make)
    lose_rows()
    assert missing() == 0


def test_an_imported_order_gets_no_message_and_is_not_missing_one(app: Flask, make: Factory, tmp_path: Path) -> None:
    folder, now = Folder(tmp_path), datetime(2026, 10, 2, 13, 0, tzinfo=UTC)
    with clock.showing(now - timedelta(hours=2)):
        make.setting("notifications.completed", "email")
    with clock.showing(now):
        import_orders(folder.orders(done("I-1")), folder.orders_mapping, report=folder.report)
        assert by_ref("I-1", WHOLE).status == "completed"
        assert missing() == 0


def test_a_dead_lease_is_an_alarm_once_no_sweeper_takes_it_over(app: Flask, make: Factory) -> None:
    order = completed(make)
    leave_in_doubt(row(order))
    now = clock.now()
    assert (health(now).dead_leases, health(now).alarms) == (1, [])
    assert health(now + timedelta(minutes=2)).alarms == ["dead_leases"]


def test_a_message_due_for_more_than_five_minutes_is_an_alarm(app: Flask, make: Factory) -> None:
    completed(make)
    now = clock.now()
    assert health(now + timedelta(minutes=4)).alarms == []
    assert health(now + timedelta(minutes=6)).alarms == ["overdue"]
    make.order()
    with transaction() as opened:
        opened.execute(update(Notification).values(next_attempt_at=now + timedelta(hours=9)))
    assert health(now + timedelta(hours=8)).alarms == []


def test_what_ended_is_told_by_its_reason_for_a_day(app: Flask, make: Factory) -> None:
    states = [
        ("suppressed", "opted_out"),
        ("suppressed", "opted_out"),
        ("suppressed", "already_rated"),
        ("expired", None),
        ("failed", None),
    ]
    now = clock.now()
    for number, (state, reason) in enumerate(states):
        order = completed(make, customer={"ref": f"C-{number}", "email": "a@example.com"})
        with transaction() as opened:
            values = {"state": state, "reason": reason}
            opened.execute(update(Notification).where(Notification.order_id == order.id).values(values))
    found = health(now)
    assert found.suppressed_lately == {"already_rated": 1, "opted_out": 2}
    ended = {"sent": 0, "delivered": 0, "failed": 1, "expired": 1, "suppressed": 3}
    assert found.ended_lately == ended
    assert found.alarms == ["failed"]
    later = health(now + 2 * DAY)
    assert (later.suppressed_lately, later.ended_lately, later.alarms) == ({}, dict.fromkeys(ended, 0), [])


def test_a_gateway_rests_until_its_instant(app: Flask, make: Factory) -> None:
    now = clock.now()
    with transaction() as opened:
        opened.add(GatewayState(channel="sms", failures=5, rests_until=now + timedelta(minutes=1), last_error="503"))
        opened.add(GatewayState(channel="email", failures=5, rests_until=now, last_error="421"))
    assert [(rest.channel, rest.error) for rest in health(now).resting] == [("sms", "503")]
    assert health(now).alarms == ["resting"]
    assert health(now + timedelta(minutes=2)).alarms == []
