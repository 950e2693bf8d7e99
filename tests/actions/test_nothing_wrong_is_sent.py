"""Orders reopened, cancelled, rated, completed twice, imported again: nobody is told what is not so, or twice."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Barrier

from flask import Flask
from sqlalchemy import select

from cxweb.accounts.rules import Operator
from cxweb.actions.change_order_status import change_order_status
from cxweb.actions.import_orders import import_orders
from cxweb.actions.send_notifications import send_notifications
from cxweb.core import clock
from cxweb.core.db import close_own_connection, session
from cxweb.notifications.models import Notification
from cxweb.notifications.queries import for_order
from cxweb.orders.models import Order
from cxweb.orders.queries import by_ref
from tests.factories import Factory
from tests.files import Folder, done, planned
from tests.sending import NOON, completed
from tests.servers import MailServer

# The day on which the imported orders of tests.files were completed, in the evening.
EVENING = datetime(2026, 10, 2, 18, 0, tzinfo=UTC)


def deliver(at: datetime) -> None:
    """As the workers do at that instant with everything there is."""
    with clock.showing(at):
        send_notifications(list(session().scalars(select(Notification.id))))


def outcome(order: Order) -> list[tuple[str, str, str | None]]:
    session().expire_all()
    return [(message.kind, message.state, message.reason) for message in for_order(order.id)]


def recipients(mailing: MailServer) -> list[str]:
    return sorted(to for [to] in mailing.recipients)


def test_an_order_that_is_reopened_and_cancelled_before_its_message_leaves_is_told_nothing(
    app: Flask, make: Factory, mailing: MailServer
) -> None:
    with clock.showing(NOON):
        order = completed(make, ref="A")
        for status in ("arrived", "cancelled"):
            make.order("A", status=status)
    deliver(NOON)
    deliver(NOON + timedelta(hours=2))
    assert outcome(order) == [("order-completed", "suppressed", "not_completed")]
    assert mailing.mails == []


def test_an_order_cancelled_after_its_notice_brings_no_question_days_later(
    app: Flask, make: Factory, mailing: MailServer
) -> None:
    make.setting("survey.timing", "warm")
    make.setting("survey.reminder_days", "2")
    with clock.showing(NOON):
        order = completed(make, ref="A")
    deliver(NOON)
    with clock.showing(NOON + timedelta(hours=1)):
        for status in ("arrived", "cancelled"):
            make.order("A", status=status)
    for days in range(1, 8):
        deliver(NOON + timedelta(days=days))
    assert outcome(order) == [
        ("order-completed", "sent", None),
        ("survey-invitation", "suppressed", "not_completed"),
    ]
    assert len(mailing.mails) == 1


def test_who_has_rated_by_the_time_a_question_is_due_is_not_asked(
    app: Flask, make: Factory, mailing: MailServer
) -> None:
    make.setting("survey.timing", "warm")
    with clock.showing(NOON):
        order, other = completed(make), completed(make, customer={"email": "bob@example.com"})
    deliver(NOON)
    with clock.showing(NOON + timedelta(hours=3)):
        make.rating(order)
    deliver(NOON + timedelta(days=3))
    assert outcome(order)[1] == ("survey-invitation", "suppressed", "already_rated")
    assert outcome(other)[1] == ("survey-invitation", "sent", None)
    assert recipients(mailing) == ["ann@example.com", "bob@example.com", "bob@example.com"]


def test_a_drivers_app_that_completes_many_times_at_once_messages_once(
    app: Flask, make: Factory, mailing: MailServer
) -> None:
    order = make.order(
        "A", notify="email", customer={"email": "ann@example.com"}, drivers=[{"ref": "D", "name": "Karim"}]
    )
    barrier = Barrier(8)

    def complete(_tap: int) -> bool:
        with app.app_context():
            barrier.wait()
            moved = change_order_status(by_ref, "A", "completed", Operator())
            close_own_connection()
            return moved

    with ThreadPoolExecutor(8) as pool:
        assert sorted(pool.map(complete, range(8))) == [False] * 7 + [True]
    deliver(clock.now())
    deliver(clock.now() + timedelta(hours=1))
    assert outcome(order) == [("order-completed", "sent", None)]
    assert recipients(mailing) == ["ann@example.com"]


def test_an_import_messages_nobody_however_often_it_is_run(
    app: Flask, make: Factory, mailing: MailServer, tmp_path: Path
) -> None:
    make.setting("notifications.completed", "email")
    folder = Folder(tmp_path)
    file = folder.orders(done("A", mail="a@example.com"), planned("B", mail="b@example.com"))
    later = folder.orders(done("A", mail="a@example.com"), done("B", mail="b@example.com"), name="later.csv")
    with clock.showing(EVENING):
        for each in (file, file, later, later):
            import_orders(each, folder.orders_mapping)
    deliver(EVENING)
    assert (list(session().scalars(select(Notification.id))), mailing.mails) == ([], [])


def test_an_import_with_send_messages_the_last_days_orders_once_however_often_it_is_run(
    app: Flask, make: Factory, mailing: MailServer, tmp_path: Path
) -> None:
    make.setting("notifications.completed", "email")
    with clock.showing(EVENING - timedelta(hours=2)):
        make.completed("TOLD", customer={"ref": "C", "email": "told@example.com"})
    deliver(EVENING - timedelta(hours=2))
    folder = Folder(tmp_path)
    file = folder.orders(
        done("NEW", mail="new@example.com"),
        done("OLD", done="01/10/2026 19:59", mail="old@example.com"),
        done("TOLD", client="C", mail="told@example.com"),
        planned("OPEN", mail="open@example.com"),
    )
    for minutes in range(3):
        at = EVENING + timedelta(minutes=minutes)
        with clock.showing(at):
            import_orders(file, folder.orders_mapping, send=True)
        deliver(at)
    assert recipients(mailing) == ["new@example.com", "told@example.com"]
