"""The state of a channel's gateway that all processes share: its rest after failures, and its rate."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from cxweb.actions.steps.waiting_messages import throttle
from cxweb.company.rules import CompanySettings
from cxweb.core.db import insert_or_leave, session, upsert_many
from cxweb.core.senders.gate import Gate, admit, heard
from cxweb.core.senders.protocol import Outcome
from cxweb.notifications.models import CHANNELS, GatewayState
from cxweb.notifications.rules import TIME_OUT


@dataclass(frozen=True)
class Route:
    """The way of a message out: its channel, and whether it leaves the machine or stays in the local mailbox."""

    channel: str
    leaves: bool


def admitted(route: Route, count: int, company: CompanySettings, now: datetime) -> tuple[int, datetime]:
    """How many of so many messages the gateway may be given now, and when the rest may try again."""
    if not route.leaves or not count:
        return count, now
    before = _gate(route.channel)
    admission = admit(before, count, _per_minute(route, company), TIME_OUT, now)
    if admission.gate != before:
        _store(route.channel, admission.gate)
    return admission.count, admission.again_at


def note(route: Route, outcomes: Sequence[Outcome], now: datetime) -> None:
    """Remember what the gateway answered."""
    if not route.leaves or not outcomes:
        return
    before = _gate(route.channel)
    after = heard(before, outcomes, now)
    if after != before:
        _store(route.channel, after)


def queue_up(route: Route, company: CompanySettings) -> None:
    """Let the transactions of all processes pass one after the other where they count what the others take.

    First thing in the transaction: locks that are taken in another order would wait for each other.
    """
    if not route.leaves or not (_per_minute(route, company) or throttle(company)):
        return
    in_order = select(GatewayState.channel).order_by(GatewayState.channel).with_for_update()
    if len(session().scalars(in_order).all()) < len(CHANNELS):
        for channel in CHANNELS:
            insert_or_leave(GatewayState, channel=channel, **vars(Gate()))
        session().scalars(in_order).all()


def _per_minute(route: Route, company: CompanySettings) -> int:
    return company.gateway_email_per_minute if route.channel == "email" else company.gateway_sms_per_minute


def _gate(channel: str) -> Gate:
    columns = (
        GatewayState.failures,
        GatewayState.rests_until,
        GatewayState.last_error,
        GatewayState.allowance,
        GatewayState.allowance_at,
    )
    row = session().execute(select(*columns).where(GatewayState.channel == channel)).first()
    return Gate(*row) if row is not None else Gate()


def _store(channel: str, gate: Gate) -> None:
    upsert_many(GatewayState, [{"channel": channel, **vars(gate)}], key="channel")
