"""Reading the outbox and the local mailbox: lists for staff, and the numbers that show whether anything is stuck."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlalchemy.orm import joinedload

from cxweb.accounts.rules import Perimeter
from cxweb.company.queries import digest_key
from cxweb.core import paging, tokens
from cxweb.core.db import session
from cxweb.core.paging import Page
from cxweb.notifications.models import STATES, MailboxMessage, Notification, OptOut
from cxweb.notifications.rules import contact_text
from cxweb.orders.models import Order
from cxweb.orders.queries import within

PAGE_SIZE = 50


class UnknownMessage(LookupError):
    """No such message, or none within the perimeter: the two look the same."""


@dataclass(frozen=True)
class Health:
    """What of the outbox an operator must know; `oldest_pending` is how long the oldest due message has waited."""

    by_state: dict[str, int]
    oldest_pending: timedelta | None
    dead_leases: int

    @property
    def uncertain(self) -> int:
        return self.by_state["uncertain"]


def recent(
    perimeter: Perimeter, state: str | None = None, cursor: str | None = None, size: int = PAGE_SIZE
) -> Page[Notification]:
    """The newest messages first, each with its order. Raises paging.BadCursor."""
    statement = select(Notification).join(Notification.order).options(joinedload(Notification.order))
    if state is not None:
        statement = statement.where(Notification.state == state)
    if cursor is not None:
        statement = statement.where(Notification.id < paging.number(paging.decode(cursor, 1)[0], cursor))
    statement = within(statement, perimeter).order_by(Notification.id.desc()).limit(size + 1)
    return paging.cut(session().scalars(statement).all(), size, lambda row: (row.id,))


def sendable(now: datetime) -> ColumnElement[bool]:
    """Due, or under a lease that ended before its holder wrote how it went."""
    return or_(
        and_(Notification.state == "pending", Notification.next_attempt_at <= now),
        and_(Notification.state == "sending", Notification.lease_until <= now),
    )


def due(now: datetime, channel: str, *, asked_before: datetime, or_never: bool = False) -> Select[int]:
    """The ids of sendable messages that RQ was asked for before an instant (or never), the longest waiting first."""
    asked = Notification.asked_at <= asked_before
    if or_never:
        asked = or_(asked, Notification.asked_at.is_(None))
    statement = select(Notification.id).where(Notification.channel == channel, sendable(now), asked)
    return statement.order_by(Notification.next_attempt_at, Notification.id)


def routes(ids: Sequence[int]) -> dict[tuple[str, bool], list[int]]:
    """The messages by channel and by whether they may leave the machine, in the order given."""
    found = select(Notification.id, Notification.channel, Order.is_demo).join(Notification.order)
    rows = {id_: (channel, not demo) for id_, channel, demo in session().execute(found.where(Notification.id.in_(ids)))}
    grouped: dict[tuple[str, bool], list[int]] = {}
    for id_ in ids:
        if id_ in rows:
            grouped.setdefault(rows[id_], []).append(id_)
    return grouped


def for_order(order_id: int) -> list[Notification]:
    """The messages of an order, oldest first; who asks has found the order within their perimeter."""
    statement = select(Notification).where(Notification.order_id == order_id).order_by(Notification.id)
    return list(session().scalars(statement))


def mailbox(perimeter: Perimeter, cursor: str | None = None, size: int = PAGE_SIZE) -> Page[MailboxMessage]:
    """What the local mailbox holds, newest first, each with its notification and order. Raises paging.BadCursor."""
    statement = (
        select(MailboxMessage)
        .join(MailboxMessage.notification)
        .join(Notification.order)
        .options(joinedload(MailboxMessage.notification).joinedload(Notification.order))
    )
    if cursor is not None:
        statement = statement.where(MailboxMessage.id < paging.number(paging.decode(cursor, 1)[0], cursor))
    statement = within(statement, perimeter).order_by(MailboxMessage.id.desc()).limit(size + 1)
    return paging.cut(session().scalars(statement).all(), size, lambda row: (row.id,))


def mailbox_ids(notification_ids: Collection[int]) -> dict[int, int]:
    """Which of these notifications lie in the local mailbox, and under which id there."""
    columns = select(MailboxMessage.notification_id, MailboxMessage.id)
    found = session().execute(columns.where(MailboxMessage.notification_id.in_(notification_ids)))
    return {notification_id: id_ for notification_id, id_ in found}  # noqa: C416 - rows are no pairs to dict()


def mailbox_message(message_id: int, perimeter: Perimeter) -> MailboxMessage:
    """One message of the local mailbox. Raises UnknownMessage, also for one outside the perimeter."""
    statement = (
        select(MailboxMessage)
        .join(MailboxMessage.notification)
        .join(Notification.order)
        .options(joinedload(MailboxMessage.notification).joinedload(Notification.order))
        .where(MailboxMessage.id == message_id)
    )
    message = session().scalar(within(statement, perimeter))
    if message is None:
        raise UnknownMessage
    return message


def opted_out(channel: str, contact: str) -> bool:
    """Whether this normalised e-mail address or phone number wants no messages."""
    return bool(opted_out_of({(channel, contact)}))


def opted_out_of(contacts: Collection[tuple[str, str]]) -> set[tuple[str, str]]:
    """Which of these (channel, normalised contact) want no messages."""
    key = digest_key()
    if key is None or not contacts:
        return set()
    digests = {tokens.keyed_digest(key, contact_text(*pair)): pair for pair in contacts}
    found = session().scalars(select(OptOut.digest).where(OptOut.digest.in_(digests)))
    return {digests[digest] for digest in found}


def counts(perimeter: Perimeter) -> dict[str, int]:
    """How many messages stand in each state; every state is there."""
    statement = select(Notification.state, func.count()).join(Notification.order).group_by(Notification.state)
    return _every_state(dict(session().execute(within(statement, perimeter)).all()))


def health(now: datetime) -> Health:
    """The whole company's outbox at this instant."""
    by_state = select(Notification.state, func.count()).group_by(Notification.state)
    oldest = select(func.min(Notification.next_attempt_at)).where(
        Notification.state == "pending", Notification.next_attempt_at <= now
    )
    dead = select(func.count()).where(Notification.state == "sending", Notification.lease_until < now)
    since = session().scalar(oldest)
    return Health(
        by_state=_every_state(dict(session().execute(by_state).all())),
        oldest_pending=now - since if since is not None else None,
        dead_leases=session().scalar(dead) or 0,
    )


def without_message(since: datetime) -> int:
    """Completed orders, recorded since that instant, that asked for a message themselves and have no row: must be 0.

    Orders that follow the company's preference are left out: whether it was on at their completion is not stored.
    """
    row = select(Notification.id).where(Notification.order_id == Order.id)
    statement = select(func.count()).where(
        and_(
            Order.status == "completed",
            Order.notify.in_(("email", "sms", "both")),
            Order.completed_at >= since,
            ~row.exists(),
        )
    )
    return session().scalar(statement.select_from(Order)) or 0


def _every_state(found: dict[str, int]) -> dict[str, int]:
    return {state: found.get(state, 0) for state in STATES}
