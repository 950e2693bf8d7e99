"""Receipts and replies over SMPP: taken once, recorded before they are answered, whoever listens."""

import struct
import time
from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest
from flask import Flask
from sqlalchemy import select

from cxweb.actions.take_receipts import LISTENER, take_receipts
from cxweb.core import clock
from cxweb.core.db import session
from cxweb.core.senders import smpp_listener
from cxweb.core.senders.receipts import Receipt
from cxweb.core.senders.smpp_link import Account
from cxweb.core.senders.smpp_listener import Listener
from cxweb.notifications.models import Notification, OptOut
from cxweb.notifications.queries import opted_out
from cxweb.orders.models import Order
from tests.factories import Factory
from tests.sending import NOON, completed, row, send_sms
from tests.servers import wait_for
from tests.smpp_server import RECEIPTED_ID, SmppGateway


@pytest.fixture
def listening(app: Flask, smpp_gateway: SmppGateway) -> Iterator[SmppGateway]:
    """The gateway, with this process as its receiver."""
    app.config["CXWEB"] = replace(app.config["CXWEB"], sms_url=smpp_gateway.url())
    take_receipts()
    wait_for(lambda: smpp_gateway.bound("receiver"))
    yield smpp_gateway
    app.extensions[LISTENER].close()


def announced(app: Flask, make: Factory, gateway: SmppGateway) -> Order:
    with clock.showing(NOON):
        order = completed(make, notify="sms")
    assert send_sms(app, gateway.url(), order).provider_id == "m1"
    return order


def look_until(holds: Callable[[], object]) -> None:
    def looked() -> object:
        take_receipts()
        return holds()

    wait_for(looked)


def answered(gateway: SmppGateway) -> list[tuple[int, int]]:
    return gateway.bound("receiver")[0].answers


@pytest.mark.parametrize(
    ("state", "expected", "error"),
    [
        ("DELIVRD", "delivered", None),
        ("UNDELIV", "failed", "UNDELIV 000"),
        ("EXPIRED", "failed", "EXPIRED 000"),
        ("REJECTD", "failed", "REJECTD 000"),
        ("ACCEPTD", "sent", None),
        ("UNKNOWN", "sent", None),
    ],
)
def test_a_receipt_is_recorded_and_answered(
    app: Flask, make: Factory, listening: SmppGateway, state: str, expected: str, error: str | None
) -> None:
    order = announced(app, make, listening)
    listening.receipt("m1", state, number=5)
    look_until(lambda: answered(listening))
    message = row(order, "sms")
    assert (message.state, message.last_error) == (expected, error)
    assert (message.delivered_at is not None) == (expected == "delivered")
    assert answered(listening) == [(5, 0)]


def test_the_fields_of_a_receipt_count_more_than_its_text(app: Flask, make: Factory, listening: SmppGateway) -> None:
    order = announced(app, make, listening)
    fields = struct.pack(">HH", RECEIPTED_ID, 3) + b"m1\0"
    listening.deliver(b"id:12345 stat:DELIVRD", esm_class=4, fields=fields)
    look_until(lambda: answered(listening))
    assert row(order, "sms").state == "delivered"


def test_a_receipt_that_comes_before_the_commit_waits_for_it(app: Flask, make: Factory, listening: SmppGateway) -> None:
    listening.receipt("m1", "DELIVRD", number=5)
    for _ in range(3):
        take_receipts()
    assert answered(listening) == []
    order = announced(app, make, listening)
    look_until(lambda: answered(listening))
    assert row(order, "sms").state == "delivered"


def test_a_receipt_of_nobodys_message_is_answered_at_last(
    app: Flask, listening: SmppGateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(smpp_listener, "PATIENCE_S", 0.3)
    started = time.monotonic()
    listening.receipt("m99", "DELIVRD")
    look_until(lambda: answered(listening))
    assert time.monotonic() - started > 0.25
    assert session().scalar(select(Notification)) is None


def test_what_was_not_recorded_is_not_answered_and_comes_again(smpp_gateway: SmppGateway) -> None:
    class DatabaseAway(Exception):
        """As SQLAlchemy raises where there is no database."""

    def fail(receipt: Receipt) -> bool:
        raise DatabaseAway

    first = Listener(Account(smpp_gateway.url()))
    first.poll(lambda receipt: True)
    wait_for(lambda: smpp_gateway.bound("receiver"))
    smpp_gateway.deliver(b"STOP", number=9)
    with pytest.raises(DatabaseAway):
        wait_for(lambda: first.poll(fail))
    heard: list[Receipt] = []

    def hear(receipt: Receipt) -> bool:
        heard.append(receipt)
        return True

    assert smpp_gateway.bound("receiver")[0].answers == []
    first.poll(hear)
    wait_for(lambda: smpp_gateway.bound("receiver")[0].answers == [(9, 0)])
    assert [receipt.event for receipt in heard] == ["stop"]
    first.close()
    wait_for(lambda: not smpp_gateway.bound("receiver"))


@pytest.mark.parametrize(
    ("text", "coding"),
    [(b"STOP", 0), (b"Stop svp", 0), ("ARRÊT".encode("utf-16-be"), 8), ("arrêt".encode("latin-1"), 3), (b"stop.", 1)],
)
def test_stop_over_sms_opts_out_and_start_undoes_it(
    app: Flask, listening: SmppGateway, text: bytes, coding: int
) -> None:
    listening.deliver(text, coding=coding)
    look_until(lambda: answered(listening))
    assert opted_out("sms", "+33612345678")
    found = session().scalars(select(OptOut)).one()
    assert (found.source, found.created_by, found.contact) == ("stop", "gateway:smpp", "+33612345678")
    listening.deliver(b"START", number=2)
    look_until(lambda: len(answered(listening)) == 2)
    assert not opted_out("sms", "+33612345678")


@pytest.mark.parametrize(("source", "ton"), [("33612345678", 0), ("0612345678", 2), ("+33612345678", 1)])
def test_a_number_is_known_however_the_gateway_writes_it(
    app: Flask, listening: SmppGateway, source: str, ton: int
) -> None:
    listening.deliver(b"STOP", source=source, ton=ton)
    look_until(lambda: answered(listening))
    assert opted_out("sms", "+33612345678")


def test_thanks_are_answered_and_change_nothing(app: Flask, listening: SmppGateway) -> None:
    listening.deliver("Merci, ne vous arrêtez pas !".encode("utf-16-be"), coding=8)
    look_until(lambda: answered(listening))
    assert session().scalar(select(OptOut)) is None


def test_a_packet_that_cannot_be_read_is_refused_for_good_and_holds_up_no_other(
    app: Flask, make: Factory, listening: SmppGateway
) -> None:
    order = announced(app, make, listening)
    listening.deliver(b"STOP", number=3, fields=b"\4")
    listening.send(listening.bound("receiver")[0], 0x00FF, 0, 4)
    listening.receipt("m1", "DELIVRD", number=5)
    look_until(lambda: len(answered(listening)) == 3)
    assert sorted(answered(listening)) == [(3, 0x65), (4, 0x65), (5, 0)]
    assert row(order, "sms").state == "delivered"


def test_a_broken_connection_is_made_again_after_a_while(
    app: Flask, listening: SmppGateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    listening.cut(listening.bound("receiver")[0])
    wait_for(lambda: not listening.bound("receiver"))
    look_until(lambda: listening.bound("receiver"))
    assert [role for role, *_ in listening.binds] == ["receiver", "receiver"]


def test_a_silent_gateway_is_asked_and_then_left(smpp_gateway: SmppGateway, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(smpp_listener, "SILENCE_S", 0.1)
    found = Listener(Account(smpp_gateway.url()))

    def rounds() -> int:
        found.poll(lambda receipt: True)
        return len(smpp_gateway.binds)

    started = time.monotonic()
    wait_for(lambda: rounds() and time.monotonic() - started > 0.5)
    # It answered each time.
    assert rounds() == 1
    monkeypatch.setattr(smpp_listener, "GONE_S", -1.0)
    wait_for(lambda: rounds() == 2)
    found.close()


def test_a_gateway_that_refuses_the_listener_is_not_asked_again_at_once(smpp_gateway: SmppGateway) -> None:
    found = Listener(Account(smpp_gateway.url(user="shop:wr0ngpw")))
    for _ in range(3):
        found.poll(lambda receipt: True)
    assert len(smpp_gateway.binds) == 1


def test_without_smpp_there_is_nothing_to_take(app: Flask) -> None:
    take_receipts()
    assert app.extensions[LISTENER] is None
