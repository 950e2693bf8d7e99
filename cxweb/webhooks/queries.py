"""Reading the endpoints and what became of each event; what is due where."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlalchemy.orm import joinedload

from cxweb.accounts.filters import inside
from cxweb.accounts.queries import require_acted
from cxweb.accounts.rules import Perimeter
from cxweb.core import paging
from cxweb.core.db import session
from cxweb.core.paging import Page
from cxweb.core.senders.gate import PATIENCE
from cxweb.webhooks.models import WebhookDelivery, WebhookEndpoint
from cxweb.webhooks.rules import LATELY, TEST, UnknownEndpoint, WebhookHealth

PAGE_SIZE = 20


def _within(statement: Select[WebhookEndpoint], perimeter: Perimeter) -> Select[WebhookEndpoint]:
    return statement.where(inside(WebhookEndpoint.depot_id, perimeter))


def endpoints(perimeter: Perimeter) -> list[WebhookEndpoint]:
    """The endpoints of the perimeter by name; those of the whole company only who sees it sees."""
    wanted = _within(select(WebhookEndpoint), perimeter).options(joinedload(WebhookEndpoint.depot))
    return list(session().scalars(wanted.order_by(WebhookEndpoint.name, WebhookEndpoint.id)))


def endpoint_by_id(endpoint_id: int, perimeter: Perimeter, *, lock: bool = False) -> WebhookEndpoint:
    """One endpoint, with `lock` to be changed. Raises UnknownEndpoint, also for one outside the perimeter, and then
    ForbiddenAct for one that is only seen."""
    wanted = _within(select(WebhookEndpoint).where(WebhookEndpoint.id == endpoint_id), perimeter)
    found = session().scalar(wanted.with_for_update(of=WebhookEndpoint) if lock else wanted)
    if found is None:
        raise UnknownEndpoint
    if lock:
        require_acted(found.depot_id, perimeter)
    return found


def given_up(perimeter: Perimeter) -> list[WebhookEndpoint]:
    """The endpoints that were switched off because they kept failing."""
    failing = select(WebhookEndpoint).where(WebhookEndpoint.disabled_by == "failing")
    return list(session().scalars(_within(failing, perimeter).order_by(WebhookEndpoint.id)))


def deliveries(endpoint_id: int, cursor: str | None = None, size: int = PAGE_SIZE) -> Page[WebhookDelivery]:
    """The log of an endpoint, the newest first; who asks has found it in their perimeter. Raises paging.BadCursor."""
    wanted = select(WebhookDelivery).where(WebhookDelivery.endpoint_id == endpoint_id)
    if cursor is not None:
        wanted = wanted.where(WebhookDelivery.id < paging.number(paging.decode(cursor, 1)[0], cursor))
    rows = session().scalars(wanted.order_by(WebhookDelivery.id.desc()).limit(size + 1)).all()
    return paging.cut(rows, size, lambda row: (row.id,))


def counts(endpoint_ids: Sequence[int]) -> dict[int, dict[str, int]]:
    """How many events of each endpoint stand in each state."""
    columns = select(WebhookDelivery.endpoint_id, WebhookDelivery.state, func.count())
    wanted = columns.where(WebhookDelivery.endpoint_id.in_(endpoint_ids))
    found: dict[int, dict[str, int]] = {endpoint_id: {} for endpoint_id in endpoint_ids}
    for endpoint_id, state, number in session().execute(
        wanted.group_by(WebhookDelivery.endpoint_id, WebhookDelivery.state)
    ):
        found[endpoint_id][state] = number
    return found


def due(now: datetime) -> ColumnElement[bool]:
    """Waiting, and its time has come; not where the endpoint is switched off, unless somebody tries it."""
    on = or_(WebhookEndpoint.disabled_at.is_(None), WebhookDelivery.event == TEST)
    return and_(WebhookDelivery.state == "pending", WebhookDelivery.next_attempt_at <= now, on)


def dropped(now: datetime) -> ColumnElement[bool]:
    """Under a lease that ended before its holder wrote how it went."""
    return and_(WebhookDelivery.state == "sending", WebhookDelivery.lease_until <= now)


def waiting_endpoints(now: datetime) -> list[tuple[int, datetime | None]]:
    """The endpoints that something is due at and that are not at rest, each with when somebody was last asked."""
    columns = select(WebhookEndpoint.id, WebhookEndpoint.asked_at)
    rested = or_(WebhookEndpoint.rests_until.is_(None), WebhookEndpoint.rests_until <= now)
    # One at a time: each of them comes from the index, however long the log is.
    mine = select(WebhookDelivery.id).where(WebhookDelivery.endpoint_id == WebhookEndpoint.id)
    found = [mine.where(each).correlate(WebhookEndpoint).exists() for each in (due(now), dropped(now))]
    wanted = columns.where(rested, or_(*found)).order_by(WebhookEndpoint.id)
    return [(endpoint_id, asked_at) for endpoint_id, asked_at in session().execute(wanted)]


def health(now: datetime) -> WebhookHealth:
    """The whole company's endpoints at this instant. Each figure comes from an index, one endpoint at a time."""
    mine = WebhookDelivery.endpoint_id == WebhookEndpoint.id
    pending = select(func.min(WebhookDelivery.next_attempt_at)).where(mine, WebhookDelivery.state == "pending")
    failed = select(func.count()).where(
        mine, WebhookDelivery.state == "failed", WebhookDelivery.next_attempt_at >= now - LATELY
    )
    columns = select(WebhookEndpoint.disabled_by, WebhookEndpoint.failures).add_columns(
        pending.correlate(WebhookEndpoint).scalar_subquery(), failed.correlate(WebhookEndpoint).scalar_subquery()
    )
    rows = session().execute(columns).all()
    due_since = [since for by, _, since, _ in rows if by is None and since is not None and since <= now]
    return WebhookHealth(
        oldest_due=now - min(due_since) if due_since else None,
        failing=sum(by is None and failures >= PATIENCE for by, failures, *_ in rows),
        given_up=sum(by == "failing" for by, *_ in rows),
        failed_lately=sum(failed for *_, failed in rows),
    )


def failing(perimeter: Perimeter) -> list[WebhookEndpoint]:
    """The endpoints that are on and whose server fails each time."""
    wanted = select(WebhookEndpoint).where(WebhookEndpoint.disabled_at.is_(None), WebhookEndpoint.failures >= PATIENCE)
    return list(session().scalars(_within(wanted, perimeter).order_by(WebhookEndpoint.id)))


def untold() -> list[int]:
    """The endpoints that were switched off because they failed, and of which the administrators do not know yet."""
    wanted = select(WebhookEndpoint.id).where(
        WebhookEndpoint.disabled_by == "failing", WebhookEndpoint.told_at.is_(None)
    )
    return list(session().scalars(wanted.order_by(WebhookEndpoint.id)))
