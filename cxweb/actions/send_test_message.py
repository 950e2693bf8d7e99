"""Somebody of the staff tries a message on themselves, through the gateway that customers' messages take."""

import time
from dataclasses import dataclass
from datetime import timedelta

from flask import current_app
from sqlalchemy import func, select

from cxweb.accounts.rules import Acting
from cxweb.core import clock
from cxweb.core.audit import AuditEntry, record
from cxweb.core.db import session, transaction
from cxweb.core.senders.gateways import gateway
from cxweb.core.senders.local_mailbox import LocalMailbox
from cxweb.core.senders.protocol import Message, Outcome, RefusedForNow
from cxweb.settings import InvalidSetting

MOST_AN_HOUR = 10
# Somebody is waiting for the page.
PATIENCE_S = 15.0
TESTED = "message.tested"


class TooManyTests(Exception):
    """This person has tried as many messages as an hour allows."""


@dataclass(frozen=True)
class Trial:
    """What the gateway said; `stayed`: there is none, so the message has not left the machine."""

    outcome: Outcome
    stayed: bool


def send_test_message(message: Message, by: Acting) -> Trial:
    """Hand the message to its channel's gateway. It is no customer's, so the outbox knows nothing of it.

    Raises TooManyTests.
    """
    now = clock.now()
    mine = (AuditEntry.actor == by.actor, AuditEntry.act == TESTED, AuditEntry.at > now - timedelta(hours=1))
    with transaction():
        tried = session().scalar(select(func.count()).select_from(AuditEntry).where(*mine)) or 0
        if tried >= MOST_AN_HOUR:
            raise TooManyTests
        record(by.actor, TESTED, f"channel:{message.channel}")
    try:
        sender = gateway(current_app.config["CXWEB"], message.channel, leaves=True)
    except InvalidSetting as error:
        return Trial(RefusedForNow(str(error)), stayed=False)
    return Trial(sender.send(message, time.monotonic() + PATIENCE_S), isinstance(sender, LocalMailbox))
