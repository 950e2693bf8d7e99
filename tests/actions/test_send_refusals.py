"""What becomes of a message that a gateway refuses, or of which nobody knows whether it took it."""

from dataclasses import replace
from datetime import timedelta

import pytest
from flask import Flask

from cxweb.actions.steps.claim_messages import claim
from cxweb.actions.steps.finish_messages import Ended, finish
from cxweb.actions.steps.gateway_gate import Route
from cxweb.company.rules import CompanySettings
from cxweb.core import clock
from cxweb.core.db import transaction
from cxweb.core.senders.protocol import Accepted
from cxweb.notifications.queries import health
from cxweb.notifications.rules import LEASE
from tests.factories import Factory
from tests.sending import NOON, completed, leave_in_doubt, row, send, texting
from tests.servers import MailServer, SmsGateway


def test_a_refusal_for_now_is_retried_and_recorded(app: Flask, make: Factory, mailing: MailServer) -> None:
    mailing.answers = ["451 try again later"]
    order = completed(make)
    message = send(order)
    assert (message.state, message.attempts, message.last_error) == ("pending", 1, "451 try again later")
    wait = (message.next_attempt_at - clock.now()).total_seconds()
    assert 20 < wait < 40
    send(order)
    assert mailing.mails == []
    message = send(order, at=message.next_attempt_at)
    assert (message.state, message.attempts, message.last_error, len(mailing.mails)) == ("sent", 2, None, 1)


def test_the_last_refusal_for_now_fails(app: Flask, make: Factory, mailing: MailServer) -> None:
    mailing.rcpt_answers = ["450 greylisted"] * 7
    order = completed(make)
    message = row(order)
    while message.state == "pending":
        message = send(order, at=message.next_attempt_at)
    assert (message.state, message.attempts) == ("failed", 7)


@pytest.mark.parametrize("where", ["answers", "rcpt_answers"])
def test_a_refusal_for_good_fails_and_does_not_repeat_the_address(
    app: Flask, make: Factory, mailing: MailServer, where: str
) -> None:
    setattr(mailing, where, ["550 no such user <ann@example.com>"])
    message = send(completed(make))
    assert (message.state, message.last_error) == ("failed", "550 no such user <…>")


def test_a_server_that_is_away_is_retried(app: Flask, make: Factory) -> None:
    app.config["CXWEB"] = replace(app.config["CXWEB"], smtp_url="smtp://127.0.0.1:9", mail_from="a@shop.example")
    message = send(completed(make))
    assert (message.state, message.last_error) == ("pending", "ConnectionRefusedError: [Errno 111] Connection refused")


def test_death_after_the_mail_was_handed_over_is_uncertain_and_never_sent_again(
    app: Flask, make: Factory, mailing: MailServer
) -> None:
    mailing.answers = [mailing.DIE]
    order = completed(make)
    assert send(order).state == "uncertain"
    assert send(order, at=clock.now() + timedelta(hours=1)).state == "uncertain"
    assert len(mailing.mails) == 1


def test_a_dead_lease_is_uncertain_with_smtp(app: Flask, make: Factory, mailing: MailServer) -> None:
    order = completed(make)
    leave_in_doubt(row(order))
    assert health(clock.now()).dead_leases == 1
    assert send(order).state == "uncertain"
    assert mailing.mails == []


def test_a_lease_that_runs_is_left_alone(app: Flask, make: Factory, mailing: MailServer) -> None:
    order = completed(make)
    leave_in_doubt(row(order))
    assert send(order, at=clock.now() - timedelta(minutes=1)).state == "sending"


@pytest.mark.parametrize("options", ["&idempotency=1", "&lookup=/find?ref="])
@pytest.mark.parametrize("lost", [SmsGateway.DROP, SmsGateway.SILENT, 500])
def test_a_lost_answer_is_resolved_without_a_second_sms(
    app: Flask, make: Factory, sms_gateway: SmsGateway, options: str, lost: int
) -> None:
    texting(app, sms_gateway, options)
    sms_gateway.idempotent = "idempotency" in options
    sms_gateway.answers = [lost]
    with clock.showing(NOON):
        order = completed(make, notify="sms")
    message = send(order, "sms", NOON)
    assert message.state == "sending"
    message = send(order, "sms", NOON + LEASE * 2)
    assert (message.state, message.provider_id) == ("sent", f"sms-{message.dedupe_key}")
    assert sms_gateway.deliveries == [message.dedupe_key]


def test_a_lost_answer_of_a_gateway_that_cannot_be_asked_is_uncertain(
    app: Flask, make: Factory, sms_gateway: SmsGateway
) -> None:
    texting(app, sms_gateway)
    sms_gateway.answers = [sms_gateway.DROP]
    with clock.showing(NOON):
        order = completed(make, notify="sms")
    assert send(order, "sms", NOON).state == "uncertain"


@pytest.mark.parametrize(("status", "state"), [(201, "sent"), (400, "failed"), (422, "failed"), (503, "pending")])
def test_an_sms_ends_as_the_gateway_answers(
    app: Flask, make: Factory, sms_gateway: SmsGateway, status: int, state: str
) -> None:
    texting(app, sms_gateway, "&idempotency=1")
    sms_gateway.answers = [status]
    make.setting("company.name", "Boulangerie Léon")
    with clock.showing(NOON):
        order = completed(make, notify="sms")
    message = send(order, "sms", NOON)
    assert (message.state, message.recipient if state != "pending" else "+33612345678") == (state, "+33612345678")
    [(method, path, headers)] = sms_gateway.requests
    assert (method, path, headers["Authorization"]) == ("POST", "/send", "Bearer k3y")
    assert headers["Idempotency-Key"] == message.dedupe_key
    if state == "sent":
        text = sms_gateway.accepted[message.dedupe_key]["text"]
        start = f"Boulangerie Léon : votre commande {order.ref} a été livrée. Comment cela s'est-il passé ? "
        assert text == start + f"http://localhost/t/{order.token}"


def test_who_lost_the_lease_writes_nothing(app: Flask, make: Factory, mailing: MailServer) -> None:
    order, mail, company = completed(make), Route("email", leaves=True), CompanySettings()
    with transaction():
        [lost] = claim(mail, [row(order).id], company, clock.now())
    with transaction():
        [taken] = claim(mail, [row(order).id], company, clock.now() + LEASE)
    assert taken.in_doubt
    with transaction():
        finish(mail, [Ended(lost, Accepted("late"))], company, clock.now())
    assert (row(order).state, row(order).provider_id) == ("sending", None)


@pytest.mark.parametrize("answers", [[201], [SmsGateway.DROP], [503]])
def test_a_message_whose_senders_died_many_times_is_neither_uncertain_nor_failed(
    app: Flask, make: Factory, sms_gateway: SmsGateway, answers: list[int]
) -> None:
    texting(app, sms_gateway, "&idempotency=1")
    sms_gateway.idempotent = True
    with clock.showing(NOON):
        order = completed(make, notify="sms")
    route, at = Route("sms", leaves=True), NOON
    for _ in range(10):
        with transaction():
            [died] = claim(route, [row(order, "sms").id], CompanySettings(), at)
        at += LEASE
    assert died.attempts == 1
    sms_gateway.answers = list(answers)
    message = send(order, "sms", at)
    assert message.state in {"sent", "sending", "pending"}
    message = send(order, "sms", at + LEASE * 5)
    assert (message.state, sms_gateway.deliveries) == ("sent", [message.dedupe_key])


def test_a_gateway_that_never_answers_leaves_its_message_uncertain_after_the_last_attempt(
    app: Flask, make: Factory, sms_gateway: SmsGateway
) -> None:
    texting(app, sms_gateway, "&idempotency=1")
    make.setting("notifications.quiet_hours.sms", "off")
    sms_gateway.answers = [SmsGateway.SILENT] * 8
    with clock.showing(NOON):
        order = completed(make, notify="sms")
    message = send(order, "sms", NOON)
    while message.state == "sending":
        # Meanwhile the gateway is also given a rest.
        message = send(order, "sms", message.lease_until)
    assert (message.state, message.attempts, len(sms_gateway.requests)) == ("uncertain", 7, 7)
