"""Posts an endpoint's events: claim them with a lease, call its server with no transaction open, finish them."""

import logging
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

from flask import current_app
from sqlalchemy import select

from cxweb.actions.steps.claim_deliveries import Post, Target, claim_deliveries, target_of
from cxweb.actions.steps.finish_deliveries import Posted, finish_deliveries
from cxweb.company.queries import settings_now
from cxweb.core import clock
from cxweb.core.batch import stopping
from cxweb.core.db import session, transaction
from cxweb.core.outward import ForbiddenAddress, Outward
from cxweb.core.senders.https import NoAnswer, NotConnected
from cxweb.core.senders.protocol import Accepted, InDoubt, Outcome, RefusedForGood, RefusedForNow, told
from cxweb.core.senders.signatures import standard_signature
from cxweb.webhooks.models import WebhookEndpoint
from cxweb.webhooks.rules import GONE, TIME_OUT

# As many are posted at the same time; a server that hangs costs one time-out, and then its gate closes.
CHUNK = 8
# A job ends after this, so that an endpoint with much to tell lets the others have their turn; the rest is still due.
LONGEST_S = 60.0

CANNOT_OPEN = "the secret that signs was sealed with another secret key: make a new one"
log = logging.getLogger(__name__)


def send_webhooks(endpoint_id: int, longest_s: float = LONGEST_S) -> None:
    """Post what is due and what nobody else is at; what becomes of each is written on its row."""
    until = time.monotonic() + longest_s
    outward = Outward(current_app.config["CXWEB"].loopback_webhooks)
    ended: list[Posted] = []
    with ThreadPoolExecutor(CHUNK) as pool:
        while True:
            over = stopping() or time.monotonic() > until
            target, posts = _turn(endpoint_id, ended, 0 if over else CHUNK)
            if target is None or not posts:
                return
            answers = [pool.submit(_post, outward, target, each) for each in posts]
            ended = [Posted(each, answer.result()) for each, answer in zip(posts, answers, strict=True)]


def _turn(endpoint_id: int, ended: Sequence[Posted], most: int) -> tuple[Target | None, list[Post]]:
    """Write how the last ones ended and claim the next ones. What cannot be written is posted again under its id."""
    with transaction():
        one = select(WebhookEndpoint).where(WebhookEndpoint.id == endpoint_id)
        # Whoever completes or rates an order refers to the row, and does not wait for this.
        endpoint = session().scalar(one.with_for_update(of=WebhookEndpoint, key_share=True))
        if endpoint is None:
            return None, []
        now = clock.now()
        finish_deliveries(endpoint, ended, now)
        session().flush()
        if not most:
            # RQ is asked again for what is left.
            endpoint.asked_at = None
            return None, []
        return target_of(endpoint, now), claim_deliveries(endpoint, most, settings_now(), now)


def _post(outward: Outward, target: Target, each: Post) -> Outcome | None:
    """Post one event; without the database, since it runs beside others."""
    if stopping():
        return None
    if not target.secrets:
        return RefusedForNow(CANNOT_OPEN, gateway_down=True)
    at = str(int(clock.now().timestamp()))
    signed = (standard_signature(secret, each.message_id, at, each.body) for secret in target.secrets)
    headers = {
        "Content-Type": "application/json",
        "User-Agent": "cxweb-webhooks",
        "webhook-id": each.message_id,
        "webhook-timestamp": at,
        "webhook-signature": " ".join(signed),
    }
    try:
        until = time.monotonic() + TIME_OUT.total_seconds()
        status, _ = outward.post(target.url, each.body, headers, until)
    except ForbiddenAddress as error:
        return RefusedForNow(f"the address may not be called: {error}", gateway_down=True)
    except (NotConnected, NoAnswer) as error:
        return RefusedForNow(told(error.__cause__ or error), gateway_down=True)
    except Exception as error:
        # Whatever is wrong with this event holds up no other.
        log.exception("event %s could not be posted", each.delivery_id)
        return InDoubt(type(error).__name__)
    if 200 <= status < 300:
        return Accepted(str(status))
    return RefusedForGood(str(status)) if status == GONE else RefusedForNow(str(status), gateway_down=True)
