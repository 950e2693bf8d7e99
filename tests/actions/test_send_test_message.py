"""Trying a message on oneself: through the real gateway, told in words, never often, and no customer's."""

from dataclasses import replace
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select

from cxweb.accounts.rules import Operator
from cxweb.actions.send_test_message import MOST_AN_HOUR, TooManyTests, Trial, send_test_message
from cxweb.core import clock
from cxweb.core.audit import AuditEntry
from cxweb.core.db import session
from cxweb.core.senders.protocol import Accepted, Message, RefusedForGood, RefusedForNow
from cxweb.notifications.models import Notification
from tests.sending import texting
from tests.servers import MailServer, SmsGateway

BY = Operator("user:1")
MAIL = Message("test:1", "email", "ines@example.com", "Colibri", "Essai", "Bonjour", "<p>Bonjour</p>", "fr", "http://u")
SMS = replace(MAIL, channel="sms", recipient="+33612345678", subject="", html=None)


def test_a_mail_goes_through_the_gateway_and_leaves_no_notification(app: Flask, mailing: MailServer) -> None:
    trial = send_test_message(MAIL, BY)
    assert isinstance(trial.outcome, Accepted)
    assert not trial.stayed
    [mail] = mailing.mails
    assert (mail["To"], mail["Subject"]) == ("ines@example.com", "Essai")
    assert session().scalar(select(func.count()).select_from(Notification)) == 0
    [entry] = session().scalars(select(AuditEntry))
    assert (entry.actor, entry.act, entry.object) == ("user:1", "message.tested", "channel:email")
    assert "ines" not in str(entry.details)


@pytest.mark.parametrize(("status", "outcome"), [(201, Accepted), (400, RefusedForGood), (503, RefusedForNow)])
def test_an_sms_ends_as_the_gateway_answers(
    app: Flask, sms_gateway: SmsGateway, status: int, outcome: type[object]
) -> None:
    texting(app, sms_gateway)
    sms_gateway.answers = [status]
    assert isinstance(send_test_message(SMS, BY).outcome, outcome)
    assert len(sms_gateway.requests) == 1


def test_without_a_gateway_it_stays_on_the_machine(app: Flask) -> None:
    assert send_test_message(MAIL, BY) == Trial(Accepted(None), stayed=True)


def test_a_gateway_that_is_set_wrongly_is_told_by_its_variable(app: Flask) -> None:
    app.config["CXWEB"] = replace(app.config["CXWEB"], smtp_url="smtp://127.0.0.1:99999", mail_from="a@b.example")
    outcome = send_test_message(MAIL, BY).outcome
    assert isinstance(outcome, RefusedForNow)
    assert outcome.why.startswith("CXWEB_SMTP_URL must name its port")


def test_ten_an_hour_are_enough_for_each_person(app: Flask) -> None:
    for _ in range(MOST_AN_HOUR):
        send_test_message(MAIL, BY)
    with pytest.raises(TooManyTests):
        send_test_message(MAIL, BY)
    assert send_test_message(MAIL, Operator("user:2")).stayed
    with clock.showing(clock.now() + timedelta(minutes=61)):
        assert send_test_message(MAIL, BY).stayed
