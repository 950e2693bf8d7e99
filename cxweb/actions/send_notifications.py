"""Sends messages of the outbox: claim them with a lease, call the gateway with no transaction open, finish them."""

import logging
import time
from collections.abc import Sequence

from flask import current_app
from sqlalchemy.exc import OperationalError

from cxweb.actions.steps.claim_messages import Lease, claim
from cxweb.actions.steps.finish_messages import Ended, NotBegun, finish
from cxweb.actions.steps.gateway_gate import Route, queue_up
from cxweb.company.queries import settings_now
from cxweb.company.rules import CompanySettings
from cxweb.core import clock
from cxweb.core.batch import stopping
from cxweb.core.db import transaction
from cxweb.core.grouping import CommitFailed
from cxweb.core.senders.gateways import gateway
from cxweb.core.senders.local_mailbox import LocalMailbox
from cxweb.core.senders.protocol import InDoubt, Message, Outcome, RefusedForNow, SendAgain, Sender
from cxweb.notifications.messages import build
from cxweb.notifications.queries import routes
from cxweb.notifications.rules import TIME_OUT
from cxweb.surveys.queries import shown_to

# As many are claimed at once where a doubt can be resolved. Elsewhere one: a process that dies leaves in doubt what
# it holds.
CHUNK = 250
# What was decided about a message at its claim holds for so long; then it is decided anew.
FRESH_S = 1.0
# A job ends within RQ's limit; what it leaves is still due.
LONGEST_S = 300.0

log = logging.getLogger(__name__)


def send_notifications(ids: Sequence[int], longest_s: float = LONGEST_S) -> None:
    """Send those that are due and that nobody else is at; whatever becomes of each is written on its row.

    After `longest_s` seconds no further message is begun.
    """
    until = time.monotonic() + longest_s
    for (channel, leaves), mine in routes(ids).items():
        sender = gateway(current_app.config["CXWEB"], channel, leaves=leaves)
        _send_all(Route(channel, not isinstance(sender, LocalMailbox)), sender, mine, until)


def _send_all(route: Route, sender: Sender, ids: Sequence[int], until: float) -> None:
    size = CHUNK if sender.resolves_doubt else 1
    left, ended = list(ids), list[Ended]()
    while left or ended:
        over = stopping() or time.monotonic() > until
        chunk, left = ([], []) if over else (left[:size], left[size:])
        begun = time.monotonic()
        leases, company = _turn(route, ended, chunk)
        claimed = time.monotonic()
        ended = [_work(lease, sender, company, begun, claimed) for lease in leases]
        left = [end.lease.notification_id for end in ended if isinstance(end.outcome, NotBegun)] + left


def _turn(route: Route, ended: Sequence[Ended], chunk: Sequence[int]) -> tuple[list[Lease], CompanySettings]:
    """Write how the last ones ended and claim the next ones. What was sent and cannot be written would be in doubt, so
    a database that does not answer is asked again."""
    for wait_s in (0.5, 2.0, None):
        try:
            with transaction():
                company, now = settings_now(), clock.now()
                queue_up(route, company)
                finish(route, ended, company, now)
                return claim(route, chunk, company, now), company
        except (OperationalError, CommitFailed) as error:
            if wait_s is None:
                raise
            log.warning("the database did not take what was sent, trying again: %s", type(error).__name__)
            time.sleep(wait_s)
    raise AssertionError("unreachable")


def _work(lease: Lease, sender: Sender, company: CompanySettings, begun: float, claimed: float) -> Ended:
    """Resolve what is in doubt, and hand the message to its gateway."""
    if stopping() or time.monotonic() - claimed > FRESH_S:
        return Ended(lease, NotBegun())
    until = begun + TIME_OUT.total_seconds()
    try:
        if lease.in_doubt:
            known = sender.after_doubt(lease.message.dedupe_key, until)
            if not isinstance(known, SendAgain):
                return Ended(lease, known, resolvable=sender.resolves_doubt)
        if lease.stop is not None:
            return Ended(lease, lease.stop)
        message = build(lease.message, company, shown_to(None), current_app.config["CXWEB"].base_url)
    except Exception as error:
        # Whatever is wrong with this message holds up no other. What was in doubt before stays so.
        log.exception("message %s could not be made", lease.notification_id)
        why = type(error).__name__
        return Ended(lease, InDoubt(why) if lease.in_doubt else RefusedForNow(why), resolvable=sender.resolves_doubt)
    return Ended(lease, _hand_over(sender, message, until, lease), message, sender.resolves_doubt)


def _hand_over(sender: Sender, message: Message, until: float, lease: Lease) -> Outcome:
    try:
        return sender.send(message, until)
    except Exception as error:
        # What a gateway's code did before it broke is not known.
        log.exception("the gateway broke at message %s", lease.notification_id)
        return InDoubt(type(error).__name__)
