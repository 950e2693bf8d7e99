"""Who is asked for a rating, when, and how often."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from threading import Barrier
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, update

from cxweb.accounts.rules import Operator
from cxweb.actions.change_order_status import change_order_status
from cxweb.actions.send_notifications import send_notifications
from cxweb.actions.steps.add_opt_out import add_opt_out
from cxweb.core import clock
from cxweb.core.db import close_own_connection, session, transaction
from cxweb.notifications.models import Asked, Notification
from cxweb.notifications.queries import for_order
from cxweb.orders.models import Order
from cxweb.orders.queries import by_ref
from tests.factories import WHOLE, Factory
from tests.sending import NOON, completed
from tests.servers import MailServer

DAY = timedelta(days=1)


def deliver(at: datetime) -> None:
    """As the workers do at that instant with everything that is due."""
    with clock.showing(at):
        send_notifications(list(session().scalars(select(Notification.id).order_by(Notification.id))))


def done(make: Factory, at: datetime = NOON, **fields: Any) -> Order:
    with clock.showing(at):
        return completed(make, **fields)


def outcome(order: Order) -> list[tuple[str, str, str | None, bool, str | None]]:
    session().expire_all()
    return [(m.kind, m.state, m.reason, m.invites, m.uninvited) for m in for_order(order.id)]


def test_a_hot_question_waits_for_its_delay(app: Flask, make: Factory, mailing: MailServer) -> None:
    make.setting("notifications.delay_minutes", "120")
    order = done(make)
    deliver(NOON + timedelta(minutes=119))
    assert mailing.mails == []
    deliver(NOON + timedelta(minutes=120))
    assert outcome(order) == [("order-completed", "sent", None, True, None)]


def test_a_warm_question_comes_days_later_at_its_hour_and_the_completion_is_told_at_once(
    app: Flask, make: Factory, mailing: MailServer
) -> None:
    make.setting("survey.timing", "warm")
    order = done(make)
    deliver(NOON)
    assert outcome(order) == [
        ("order-completed", "sent", None, False, None),
        ("survey-invitation", "pending", None, True, None),
    ]
    due_at = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
    deliver(due_at - timedelta(seconds=1))
    assert len(mailing.mails) == 1
    deliver(due_at)
    assert len(mailing.mails) == 2


@pytest.mark.parametrize(("draw", "invites"), [(29, True), (30, False)])
def test_the_stored_draw_decides_who_is_in_the_sample(
    app: Flask, make: Factory, mailing: MailServer, draw: int, invites: bool
) -> None:
    make.setting("survey.sampling_percent", "30")
    order = done(make)
    with transaction() as opened:
        opened.execute(update(Order).values(sampling_draw=draw))
    deliver(NOON)
    assert outcome(order) == [("order-completed", "sent", None, invites, None if invites else "sampled_out")]
    assert len(mailing.mails) == 1


def test_the_draw_is_made_once(app: Flask, make: Factory) -> None:
    order = done(make)
    drawn = by_ref(order.ref, WHOLE).sampling_draw
    assert drawn is not None
    for status in ("arrived", "completed"):
        change_order_status(by_ref, order.ref, status, Operator(), reason="again")
    session().expire_all()
    assert by_ref(order.ref, WHOLE).sampling_draw == drawn


def test_a_person_is_invited_once_in_so_many_days_and_still_told_of_each_completion(
    app: Flask, make: Factory, mailing: MailServer
) -> None:
    make.setting("notifications.per_person_days", "30")
    first, second = done(make), done(make)
    deliver(NOON)
    assert outcome(first) == [("order-completed", "sent", None, True, None)]
    assert outcome(second) == [("order-completed", "sent", None, False, "throttled")]
    third = done(make, NOON + 30 * DAY)
    deliver(NOON + 30 * DAY)
    assert outcome(third) == [("order-completed", "sent", None, True, None)]
    assert len(mailing.mails) == 3


@pytest.mark.parametrize(
    "other",
    [
        {"ref": "C-1", "email": "new@example.com"},
        {"email": "ANN@example.com"},
        {"email": "x@example.com", "phone": "+33 6 12 34 56 78"},
    ],
)
def test_a_person_is_known_by_ref_mail_or_phone(
    app: Flask, make: Factory, mailing: MailServer, other: dict[str, str]
) -> None:
    make.setting("notifications.per_person_days", "30")
    done(make)
    deliver(NOON)
    order = done(make, customer=other)
    deliver(NOON)
    assert outcome(order)[0][3:] == (False, "throttled")


def test_both_messages_of_one_order_invite(app: Flask, make: Factory, mailing: MailServer) -> None:
    make.setting("notifications.per_person_days", "30")
    order = done(make, notify="both")
    deliver(NOON)
    assert [row[3] for row in outcome(order)] == [True, True]


def test_a_throttled_warm_invitation_is_dropped_with_its_reason(app: Flask, make: Factory, mailing: MailServer) -> None:
    make.setting("notifications.per_person_days", "30")
    make.setting("survey.timing", "warm")
    done(make)
    deliver(NOON)
    order = done(make, NOON + DAY)
    deliver(NOON + DAY)
    deliver(NOON + 3 * DAY)
    deliver(NOON + 4 * DAY)
    assert outcome(order) == [
        ("order-completed", "sent", None, False, None),
        ("survey-invitation", "suppressed", "throttled", True, None),
    ]


def test_one_reminder_goes_to_who_has_not_answered(app: Flask, make: Factory, mailing: MailServer) -> None:
    make.setting("survey.reminder_days", "2")
    silent, answered = done(make, notify="both"), done(make, customer={"email": "b@example.com"})
    deliver(NOON)
    make.rating(answered)
    for days in range(1, 9):
        deliver(NOON + days * DAY)
    assert [row[:3] for row in outcome(silent)] == [
        ("order-completed", "sent", None),
        ("order-completed", "sent", None),
        ("survey-reminder", "sent", None),
    ]
    assert [row[:3] for row in outcome(answered)] == [
        ("order-completed", "sent", None),
        ("survey-reminder", "suppressed", "already_rated"),
    ]


def test_no_reminder_goes_out_once_the_survey_has_closed(app: Flask, make: Factory, mailing: MailServer) -> None:
    make.setting("survey.reminder_days", "3")
    make.setting("survey.closing_days", "2")
    order = done(make)
    deliver(NOON)
    deliver(NOON + 3 * DAY)
    assert outcome(order)[1][:3] == ("survey-reminder", "suppressed", "survey_closed")
    assert len(mailing.mails) == 1


def test_a_message_without_a_question_brings_no_reminder(app: Flask, make: Factory, mailing: MailServer) -> None:
    make.setting("survey.reminder_days", "2")
    make.setting("survey.sampling_percent", "0")
    order = done(make)
    deliver(NOON)
    assert len(outcome(order)) == 1


def test_who_opts_out_between_queueing_and_sending_gets_nothing(app: Flask, make: Factory, mailing: MailServer) -> None:
    order, other = done(make), done(make, customer={"email": "other@example.com"})
    with transaction():
        assert add_opt_out("email", "ann@example.com", "link", "customer")
        assert not add_opt_out("email", "Ann@Example.com", "link", "customer")
    deliver(NOON)
    assert outcome(order) == [("order-completed", "suppressed", "opted_out", True, None)]
    assert outcome(other)[0][1] == "sent"
    assert mailing.recipients == [["other@example.com"]]


def test_an_order_of_who_has_opted_out_is_not_eligible(app: Flask, make: Factory) -> None:
    with transaction():
        add_opt_out("sms", "+33612345678", "stop", "customer")
    assert not by_ref(done(make).ref, WHOLE).eligible
    assert by_ref(done(make, customer={"email": "other@example.com"}).ref, WHOLE).eligible


def test_what_is_kept_of_a_person_is_no_address(app: Flask, make: Factory, mailing: MailServer) -> None:
    done(make)
    deliver(NOON)
    digests = list(session().scalars(select(Asked.digest)))
    assert len(digests) == 3
    assert all(len(digest) == 64 and "ann" not in digest for digest in digests)


def test_of_two_workers_at_once_one_invites_the_person(app: Flask, make: Factory, mailing: MailServer) -> None:
    make.setting("notifications.per_person_days", "30")
    for number in range(8):
        done(make, ref=f"R-{number}")
    ids = list(session().scalars(select(Notification.id)))
    barrier = Barrier(len(ids))

    def work(id_: int) -> None:
        with app.app_context():
            barrier.wait()
            send_notifications([id_])
            close_own_connection()

    with clock.showing(NOON), ThreadPoolExecutor(len(ids)) as pool:
        list(pool.map(work, ids))
    session().expire_all()
    invited = list(session().scalars(select(Notification.invites)))
    assert (sum(invited), len(mailing.mails)) == (1, 8)
