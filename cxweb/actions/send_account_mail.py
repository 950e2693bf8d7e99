"""Sends the mail with the address where a password is chosen; the gateway is called with no transaction open."""

import logging
import time

from flask import current_app
from sqlalchemy import select, update

from cxweb.accounts.messages import account_mail
from cxweb.accounts.models import AccountLink
from cxweb.company.queries import settings_now
from cxweb.core import clock, tokens
from cxweb.core.db import session, transaction
from cxweb.core.senders.gateways import gateway
from cxweb.core.senders.local_mailbox import LocalMailbox
from cxweb.core.senders.protocol import Accepted, InDoubt, Message, Outcome, RefusedForGood, RefusedForNow, told
from cxweb.notifications.rules import LEASE, TIME_OUT, next_attempt_at

log = logging.getLogger(__name__)


def send_account_mail(link_id: int) -> None:
    """Send it if it is due and its address still opens something; what becomes of it is written on its row."""
    until = time.monotonic() + TIME_OUT.total_seconds()
    now, settings = clock.now(), current_app.config["CXWEB"]
    due = (AccountLink.id == link_id, AccountLink.state == "pending", AccountLink.next_attempt_at <= now)
    claimed = update(AccountLink).where(*due, AccountLink.closed_at.is_(None), AccountLink.expires_at > now)
    moved = claimed.values(next_attempt_at=now + LEASE, attempts=AccountLink.attempts + 1)
    with transaction():
        attempt = session().scalar(moved.returning(AccountLink.attempts))
        if attempt is None:
            return
        link = session().scalars(select(AccountLink).where(AccountLink.id == link_id)).one()
        secret = tokens.sealed(settings.secret_key, link.nonce)
        message = account_mail(link, f"{settings.base_url}/password/{secret}", settings_now())
    outcome = _deliver(message, until)
    with transaction():
        _finish(link_id, attempt, outcome)


def _deliver(message: Message, until: float) -> Outcome:
    sender = gateway(current_app.config["CXWEB"], "email", leaves=True)
    if isinstance(sender, LocalMailbox):
        # Others read that mailbox. Whoever invited was shown the address.
        return RefusedForGood("no_gateway")
    try:
        return sender.send(message, until)
    except Exception as error:
        log.exception("the gateway broke at a mail to the staff")
        return InDoubt(told(error, message.recipient))


def _finish(link_id: int, attempt: int, outcome: Outcome) -> None:
    """Write how it ended, unless a later attempt has begun. In doubt it is sent again: twice does no harm."""
    now = clock.now()
    mine = update(AccountLink).where(AccountLink.id == link_id, AccountLink.attempts == attempt)
    if isinstance(outcome, Accepted):
        session().execute(mine.values(state="sent", sent_at=now, reason=None))
        return
    again = next_attempt_at(attempt, now, 0.5) if isinstance(outcome, RefusedForNow | InDoubt) else None
    if again is not None:
        session().execute(mine.values(next_attempt_at=again, reason=outcome.why))
    else:
        state = "suppressed" if outcome.why == "no_gateway" else "failed"
        session().execute(mine.values(state=state, reason=outcome.why))
