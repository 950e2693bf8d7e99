"""Sending many messages: in batches, past dead gateways, within a rate."""

import sqlite3
import threading
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import event, select

from cxweb.actions.send_notifications import send_notifications
from cxweb.actions.sweep_notifications import sweep_notifications
from cxweb.core import batch, clock
from cxweb.core.db import db, session, transaction
from cxweb.notifications.models import GatewayState, Notification
from cxweb.orders.models import Order
from tests.factories import Factory
from tests.sending import NOON, completed, texting
from tests.servers import MailServer, SmsGateway


def all_rows() -> list[Notification]:
    session().expire_all()
    return list(session().scalars(select(Notification).order_by(Notification.id)))


def states() -> list[str]:
    return [message.state for message in all_rows()]


def many(make: Factory, count: int, notify: str = "sms", **fields: Any) -> list[int]:
    with clock.showing(NOON):
        for number in range(count):
            completed(make, notify=notify, customer={"phone": f"06 12 34 56 {number:02}", **fields})
    return [message.id for message in all_rows()]


def test_a_batch_reaches_each_recipient_once(app: Flask, make: Factory, sms_gateway: SmsGateway) -> None:
    texting(app, sms_gateway, "&idempotency=1")
    ids = many(make, 12)
    with clock.showing(NOON):
        for _ in range(2):
            send_notifications([*ids, *ids, 999_999])
    assert set(states()) == {"sent"}
    assert sorted(sms_gateway.deliveries) == sorted(message.dedupe_key for message in all_rows())
    assert {message.attempts for message in all_rows()} == {1}


def test_one_message_that_cannot_be_made_holds_up_no_other(app: Flask, make: Factory, sms_gateway: SmsGateway) -> None:
    texting(app, sms_gateway, "&idempotency=1")
    ids = many(make, 3)
    with transaction() as opened:
        opened.get_one(Notification, ids[1]).kind = "unheard-of"
    with clock.showing(NOON):
        send_notifications(ids)
    assert states() == ["sent", "pending", "sent"]
    assert all_rows()[1].last_error


def test_a_gateway_that_is_down_rests_after_three_tries_and_the_others_wait_without_an_attempt(
    app: Flask, make: Factory
) -> None:
    app.config["CXWEB"] = replace(app.config["CXWEB"], smtp_url="smtp://127.0.0.1:9", mail_from="a@shop.example")
    with clock.showing(NOON):
        for number in range(6):
            completed(make, customer={"email": f"c{number}@example.com"})
        send_notifications([message.id for message in all_rows()])
    assert [(message.state, message.attempts) for message in all_rows()] == [("pending", 1)] * 3 + [("pending", 0)] * 3
    gate = session().scalars(select(GatewayState)).one()
    assert gate.rests_until is not None
    assert {message.next_attempt_at for message in all_rows()[3:]} == {gate.rests_until}
    assert gate.last_error is not None
    assert "refused" in gate.last_error


def test_a_rested_gateway_is_tried_by_one_message_and_then_takes_the_others(
    app: Flask, make: Factory, mailing: MailServer
) -> None:
    with clock.showing(NOON):
        for number in range(4):
            completed(make, customer={"email": f"c{number}@example.com"})
        with transaction() as opened:
            opened.add(GatewayState(channel="email", failures=3, rests_until=NOON, allowance=0.0))
        ids = [message.id for message in all_rows()]
        send_notifications(ids)
        assert len(mailing.mails) == 4
    assert set(states()) == {"sent"}
    assert session().scalars(select(GatewayState.rests_until)).one() is None


def test_a_dead_gateway_of_one_channel_does_not_hold_the_other(
    app: Flask, make: Factory, sms_gateway: SmsGateway
) -> None:
    settings = replace(app.config["CXWEB"], smtp_url="smtp://127.0.0.1:9", mail_from="a@shop.example")
    app.config["CXWEB"] = settings
    texting(app, sms_gateway, "&idempotency=1")
    ids = many(make, 5, notify="both", email="ann@example.com")
    with clock.showing(NOON):
        send_notifications(ids)
    by_channel = {(message.channel, message.state) for message in all_rows()}
    assert by_channel == {("email", "pending"), ("sms", "sent")}


def test_a_rate_of_messages_a_minute_is_kept(app: Flask, make: Factory, sms_gateway: SmsGateway) -> None:
    texting(app, sms_gateway, "&idempotency=1")
    make.setting("gateway.sms.per_minute", "30")
    ids = many(make, 9)
    with clock.showing(NOON):
        send_notifications(ids)
    assert len(sms_gateway.deliveries) == 5
    with clock.showing(NOON + timedelta(seconds=4)):
        send_notifications(ids)
    assert len(sms_gateway.deliveries) == 7
    with clock.showing(NOON + timedelta(minutes=1)):
        send_notifications(ids)
    assert set(states()) == {"sent"}
    assert {message.attempts for message in all_rows()} == {1}


def test_a_process_that_is_asked_to_stop_gives_back_what_it_has_not_begun(
    app: Flask, make: Factory, sms_gateway: SmsGateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    texting(app, sms_gateway, "&idempotency=1")
    ids = many(make, 4)
    accept = sms_gateway.accept

    def stop_at_the_second(body: dict[str, Any]) -> None:
        accept(body)
        if len(sms_gateway.deliveries) == 2:
            batch.stop()

    monkeypatch.setattr(sms_gateway, "accept", stop_at_the_second)
    monkeypatch.setattr(batch, "_stopping", False)
    with clock.showing(NOON):
        send_notifications(ids)
        assert [(message.state, message.attempts) for message in all_rows()] == [("sent", 1)] * 2 + [("pending", 0)] * 2
        monkeypatch.setattr(batch, "_stopping", False)
        send_notifications(ids)
    assert sorted(sms_gateway.deliveries) == sorted(message.dedupe_key for message in all_rows())


def test_the_sweeper_names_what_is_due_when_redis_is_away(app: Flask, make: Factory) -> None:
    ids = many(make, 3)
    with clock.showing(NOON + timedelta(seconds=10)):
        assert sorted(sweep_notifications()) == ids


def test_a_deleted_order_takes_its_messages_along_and_stops_nothing(
    app: Flask, make: Factory, sms_gateway: SmsGateway
) -> None:
    texting(app, sms_gateway, "&idempotency=1")
    ids = many(make, 3)
    gone = session().scalars(select(Order)).first()
    assert gone is not None
    with transaction() as opened:
        opened.delete(opened.get_one(Order, gone.id))
    with clock.showing(NOON):
        send_notifications(ids)
    assert states() == ["sent", "sent"]


def test_what_was_sent_is_written_although_the_database_was_busy(
    app: Flask, make: Factory, sms_gateway: SmsGateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    if db.engine.dialect.name != "sqlite":
        # PostgreSQL's writers do not wait for each other.
        return
    texting(app, sms_gateway, "&idempotency=1")
    ids = many(make, 3)
    event.listen(db.engine, "connect", lambda connection, _: connection.execute("PRAGMA busy_timeout=50"))
    db.engine.dispose()
    accept = sms_gateway.accept
    other = sqlite3.connect(str(db.engine.url.database), check_same_thread=False)

    def lock_meanwhile(body: dict[str, Any]) -> None:
        accept(body)
        if len(sms_gateway.deliveries) == 3:
            other.execute("BEGIN IMMEDIATE")
            threading.Timer(0.4, other.rollback).start()

    monkeypatch.setattr(sms_gateway, "accept", lock_meanwhile)
    with clock.showing(NOON):
        send_notifications(ids)
    other.close()
    assert states() == ["sent"] * 3
