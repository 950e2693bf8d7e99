"""Reading the outbox and the local mailbox: lists for staff, and the numbers that show whether anything is stuck."""

from collections.abc import Collection, Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, SQLColumnExpression, Text, and_, cast, func, literal, or_, select
from sqlalchemy.orm import joinedload

from cxweb.accounts.queries import require_acted
from cxweb.accounts.rules import Perimeter
from cxweb.company.models import Setting
from cxweb.company.queries import digest_key
from cxweb.core import paging, tokens
from cxweb.core.audit import AuditEntry
from cxweb.core.db import session
from cxweb.core.paging import Page
from cxweb.notifications.filters import MessageFilter, matching
from cxweb.notifications.models import STATES, GatewayState, MailboxMessage, Notification, OptOut
from cxweb.notifications.rules import LATELY, Health, Rest, contact_text
from cxweb.orders.models import Order, StatusChange
from cxweb.orders.queries import within

PAGE_SIZE = 50


class UnknownMessage(LookupError):
    """No such message, or none within the perimeter: the two look the same."""


ALL = MessageFilter()
ON_THE_WAY = ("pending", "sending", "uncertain")
ENDED = tuple(state for state in STATES if state not in ON_THE_WAY)
# Completed orders are compared with their messages for this long.
RECONCILED = timedelta(days=3)
# A completion that the company's preference was changed beside may still have read the one before.
MARGIN = timedelta(minutes=1)


def recent(
    perimeter: Perimeter, chosen: MessageFilter = ALL, cursor: str | None = None, size: int = PAGE_SIZE
) -> Page[Notification]:
    """The newest messages first, each with its order. Raises paging.BadCursor."""
    ids = within(matching(select(Notification.id).join(Notification.order), chosen), perimeter)
    if cursor is not None:
        ids = ids.where(Notification.id < paging.number(paging.decode(cursor, 1)[0], cursor))
    # The ids alone come from an index; whole rows are read for one page only.
    ids = ids.order_by(Notification.id.desc()).limit(size + 1)
    statement = select(Notification).where(Notification.id.in_(ids)).order_by(Notification.id.desc())
    statement = statement.options(joinedload(Notification.order))
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
    return for_orders([order_id]).get(order_id, [])


def for_orders(order_ids: Collection[int]) -> dict[int, list[Notification]]:
    """The messages of orders, by the order; who asks has found the orders within their perimeter."""
    statement = select(Notification).where(Notification.order_id.in_(order_ids)).order_by(Notification.id)
    found: dict[int, list[Notification]] = {}
    for message in session().scalars(statement):
        found.setdefault(message.order_id, []).append(message)
    return found


def by_id(message_id: int, perimeter: Perimeter, *, lock: bool = False) -> Notification:
    """One message, with `lock` to be changed. Raises what orders.queries.by_id does, and UnknownMessage."""
    statement = within(select(Notification).join(Notification.order), perimeter).where(Notification.id == message_id)
    message = session().scalar(statement.with_for_update(of=Notification) if lock else statement)
    if message is None:
        raise UnknownMessage
    if lock:
        require_acted(message.order.depot_id, perimeter)
    return message


def mailbox(perimeter: Perimeter, cursor: str | None = None, size: int = PAGE_SIZE) -> Page[MailboxMessage]:
    """What the local mailbox holds, newest first, each with its notification and order. Raises paging.BadCursor."""
    statement = _in_mailbox(perimeter)
    if cursor is not None:
        statement = statement.where(MailboxMessage.id < paging.number(paging.decode(cursor, 1)[0], cursor))
    statement = statement.order_by(MailboxMessage.id.desc()).limit(size + 1)
    return paging.cut(session().scalars(statement).all(), size, lambda row: (row.id,))


def mailbox_ids(notification_ids: Collection[int]) -> dict[int, int]:
    """Which of these notifications lie in the local mailbox, and under which id there."""
    columns = select(MailboxMessage.notification_id, MailboxMessage.id)
    found = session().execute(columns.where(MailboxMessage.notification_id.in_(notification_ids)))
    return {notification_id: id_ for notification_id, id_ in found}  # noqa: C416 - rows are no pairs to dict()


def mailbox_message(message_id: int, perimeter: Perimeter) -> MailboxMessage:
    """One message of the local mailbox. Raises UnknownMessage, also for one outside the perimeter."""
    message = session().scalar(_in_mailbox(perimeter).where(MailboxMessage.id == message_id))
    if message is None:
        raise UnknownMessage
    return message


def _in_mailbox(perimeter: Perimeter) -> Select[MailboxMessage]:
    loaded = joinedload(MailboxMessage.notification).joinedload(Notification.order)
    statement = select(MailboxMessage).join(MailboxMessage.notification).join(Notification.order)
    return within(statement.options(loaded), perimeter)


def opted_out(channel: str, contact: str) -> bool:
    """Whether this normalised e-mail address or phone number wants no messages."""
    return opt_out_of(channel, contact) is not None


def opted_out_of(contacts: Collection[tuple[str, str]]) -> set[tuple[str, str]]:
    """Which of these (channel, normalised contact) want no messages."""
    key = digest_key()
    if key is None or not contacts:
        return set()
    digests = {tokens.keyed_digest(key, contact_text(*pair)): pair for pair in contacts}
    found = session().scalars(select(OptOut.digest).where(OptOut.digest.in_(digests)))
    return {digests[digest] for digest in found}


def opt_out_of(channel: str, contact: str) -> OptOut | None:
    """The row of a normalised e-mail address or phone number on the list of those that get no message."""
    key = digest_key()
    if key is None:
        return None
    digest = tokens.keyed_digest(key, contact_text(channel, contact))
    return session().scalar(select(OptOut).where(OptOut.channel == channel, OptOut.digest == digest))


def opt_outs(cursor: str | None = None, size: int = PAGE_SIZE) -> Page[OptOut]:
    """The whole company's list, the newest first. Raises paging.BadCursor."""
    statement = select(OptOut)
    if cursor is not None:
        statement = statement.where(OptOut.id < paging.number(paging.decode(cursor, 1)[0], cursor))
    rows = session().scalars(statement.order_by(OptOut.id.desc()).limit(size + 1)).all()
    return paging.cut(rows, size, lambda row: (row.id,))


def opt_out_count() -> int:
    return session().scalar(select(func.count()).select_from(OptOut)) or 0


def opt_out_contacts() -> Iterator[tuple[str, str, datetime, str]]:
    """Channel, contact, since when and by which way, the oldest first; without those whose contact is erased."""
    columns = select(OptOut.channel, OptOut.contact, OptOut.created_at, OptOut.source)
    for channel, contact, since, source in session().execute(columns.order_by(OptOut.id)):
        if contact is not None:
            yield channel, contact, since, source


def counts(perimeter: Perimeter, chosen: MessageFilter = ALL) -> dict[str, int]:
    """How many messages stand in each state, whatever state the filter names; every state is there."""
    statement = select(Notification.state, func.count()).group_by(Notification.state)
    if not perimeter.whole or chosen.depot:
        statement = within(statement.join(Notification.order), perimeter)
    return _each(STATES, matching(statement, chosen.in_any_state))


def failed_since(perimeter: Perimeter, since: datetime) -> int:
    """How many messages were given up since that instant."""
    return counts(perimeter, MessageFilter(start=since))["failed"]


def health(now: datetime) -> Health:
    """The whole company's outbox at this instant. Each figure comes from an index, so that it may be asked often."""
    by_state = select(Notification.state, func.count()).where(Notification.state.in_(ON_THE_WAY))
    ended = select(Notification.state, func.count()).where(Notification.state.in_(ENDED), _lately(now))
    due = _least(Notification.next_attempt_at, Notification.state == "pending", Notification.next_attempt_at <= now)
    dead = (Notification.state == "sending", Notification.lease_until < now)
    lease_ended = _least(Notification.lease_until, *dead)
    return Health(
        by_state=_each(ON_THE_WAY, by_state.group_by(Notification.state)),
        oldest_pending=now - due if due is not None else None,
        # A message that was put off by quiet hours or a rate counts no attempt.
        retrying=_count(Notification.state == "pending", Notification.attempts > 0),
        dead_leases=_count(*dead),
        oldest_dead_lease=now - lease_ended if lease_ended is not None else None,
        ended_lately=_each(ENDED, ended.group_by(Notification.state)),
        suppressed_lately=suppressed_lately(now),
        resting=resting(now),
        unwritten=without_message(now - RECONCILED),
    )


def _count(*conditions: ColumnElement[bool]) -> int:
    return session().scalar(select(func.count()).select_from(Notification).where(*conditions)) or 0


def _least(instant: SQLColumnExpression[Any], *conditions: ColumnElement[bool]) -> datetime | None:
    found: datetime | None = session().scalar(select(func.min(instant)).where(*conditions))
    return found


def _lately(now: datetime) -> ColumnElement[bool]:
    return Notification.next_attempt_at >= now - LATELY


def suppressed_lately(now: datetime) -> dict[str, int]:
    """How many messages were not sent within LATELY, by the reason."""
    statement = select(Notification.reason, func.count()).where(Notification.state == "suppressed", _lately(now))
    found = session().execute(statement.group_by(Notification.reason).order_by(Notification.reason))
    return {reason or "": number for reason, number in found}


def resting(now: datetime) -> tuple[Rest, ...]:
    """The gateways that are given a rest at this instant."""
    columns = select(GatewayState.channel, GatewayState.rests_until, GatewayState.last_error)
    rows = session().execute(columns.where(GatewayState.rests_until > now).order_by(GatewayState.channel))
    return tuple(Rest(channel, until, error) for channel, until, error in rows if until is not None)


def without_message(since: datetime) -> int:
    """Orders, completed here since that instant, whose customer was to get a message and that have no row: must be 0.

    What was wanted is the order's own preference, else the company's, as it stood at the completion. So orders are
    left out whose own preference changed after it, and those that follow a company's preference that changed since.
    Imported and demo orders get no message by their completion.
    """
    changed_at, wanted = (
        session()
        .execute(
            select(func.max(Setting.updated_at), func.max(Setting.value)).where(
                Setting.key == "notifications.completed"
            )
        )
        .one()
    )
    completion = StatusChange.order_id == Order.id
    completed_here = select(StatusChange.id).where(
        completion,
        StatusChange.status == "completed",
        StatusChange.recorded_at >= since,
        StatusChange.actor != "import",
    )
    follows = select(StatusChange.id).where(
        completion, StatusChange.status == "completed", StatusChange.recorded_at >= (changed_at or since) + MARGIN
    )
    asked = or_(
        Order.notify.in_(("email", "sms", "both")),
        and_(Order.notify.is_(None), literal(wanted not in (None, "none")), follows.exists()),
    )
    object_ = literal("order:") + cast(Order.id, Text)
    rechosen = select(AuditEntry.id).where(AuditEntry.object == object_, AuditEntry.act == "order.notify")
    row = select(Notification.id).where(Notification.order_id == Order.id)
    statement = (
        select(func.count())
        .select_from(Order)
        .where(
            Order.status == "completed",
            Order.completed_at >= since,
            ~Order.is_demo,
            asked,
            ~row.exists(),
            completed_here.exists(),
            ~rechosen.exists(),
        )
    )
    return session().scalar(statement) or 0


def _each(states: Collection[str], counted: Select[str, int]) -> dict[str, int]:
    """The counts by state; one without messages is 0."""
    found = dict(session().execute(counted).all())
    return {state: found.get(state, 0) for state in states}
