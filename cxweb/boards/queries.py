"""Reading a board: the log of changes as this process follows it, and what a day's groups add up to."""

import time
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, NamedTuple, TypeVarTuple, cast

from flask import current_app
from sqlalchemy import ColumnElement, Select, Table, and_, case, false, func, or_, select

from cxweb.accounts.rules import Perimeter
from cxweb.boards.filters import BoardFilter, of_the_day
from cxweb.boards.models import BoardChange, BoardChoice, LowRatingAlert, Wall
from cxweb.boards.rules import sort_key
from cxweb.company.models import Depot
from cxweb.company.queries import branch
from cxweb.core import tokens
from cxweb.core.change_log import ChangeLog
from cxweb.core.db import db, session
from cxweb.notifications.models import GatewayState
from cxweb.orders.models import CrewMember, Customer, Driver, Order
from cxweb.orders.rules import ARRIVED, COMPLETED, FAILED, ON_THE_WAY, PLANNED, alphabetical
from cxweb.ratings.models import PhoneRating, Rating, SpamMark

Columns = TypeVarTuple("Columns")
# How long a perimeter's branch of the depots is taken for known, and of how many perimeters.
BRANCH_S, MOST_BRANCHES = 10.0, 1_000
_Branches = dict[tuple[frozenset[int], int], tuple[float, frozenset[int]]]


def log() -> ChangeLog:
    """This process's view of the log, read a moment ago at the most."""
    found = current_app.extensions.get("cxweb.boards")
    if not isinstance(found, ChangeLog):
        found = current_app.extensions.setdefault(
            "cxweb.boards", ChangeLog(db.engines["read"], cast(Table, BoardChange.__table__))
        )
    found.refresh()
    return found


@dataclass(frozen=True)
class Head:
    """A group of a board, or all of it: how many orders stand in each state, and what they were rated.

    Tests are in `shown` alone. `stars` counts answers of 1, 2, 3, 4, 5 stars; spam and what was said on the phone are
    counted apart.
    """

    key: int | None
    name: str | None
    route: str | None
    shown: int
    planned: int
    under_way: int
    arrived: int
    completed: int
    failed: int
    spam: int
    by_phone: int
    stars: tuple[int, ...]

    @property
    def due(self) -> int:
        return self.planned + self.under_way + self.completed + self.failed

    @property
    def rated(self) -> int:
        return sum(self.stars)


class Tally(NamedTuple):
    """What one order adds to its group: 1 or 0 for each count of a Head, in their order."""

    key: int | None
    name: str | None
    route: str | None
    counts: tuple[int, ...]


def tallies(chosen: BoardFilter, perimeter: Perimeter, now: datetime, ids: Collection[int] = ()) -> dict[int, Tally]:
    """What each of the board's orders, or of these ones, adds to its group; by the order's id."""
    key, name = (Driver.id, Driver.name) if chosen.by == "driver" else (Depot.id, Depot.name)
    columns: Select[*tuple[Any, ...]] = select(Order.id, key, name, Order.route, *_counts())
    statement = of_the_day(_joined(columns, chosen), chosen, perimeter, now)
    if ids:
        statement = statement.where(Order.id.in_(ids))
    return {row[0]: Tally(row[1], row[2], row[3], (1, *row[4:])) for row in session().execute(statement)}


def heads(found: Collection[Tally]) -> list[Head]:
    """The groups of these orders by name; orders without a driver (or depot) come last."""
    groups: dict[int | None, list[Tally]] = {}
    for tally in found:
        groups.setdefault(tally.key, []).append(tally)
    made = [_head_of(group) for group in groups.values()]
    return sorted(made, key=lambda head: (head.name is None, alphabetical(head.name or ""), head.key or 0))


def _head_of(group: Sequence[Tally]) -> Head:
    routes = {tally.route for tally in group}
    sums = [sum(column) for column in zip(*(tally.counts for tally in group), strict=True)]
    return _head(group[0].key, group[0].name, routes.pop() if len(routes) == 1 else None, sums)


def whole(found: Collection[Head]) -> Head:
    """All groups as one: each order stands in exactly one of them."""
    names = ("shown", "planned", "under_way", "arrived", "completed", "failed", "spam", "by_phone")
    sums = [sum(getattr(head, name) for head in found) for name in names]
    sums += [sum(head.stars[place] for head in found) for place in range(5)]
    return _head(None, None, None, sums)


def _head(key: int | None, name: str | None, route: str | None, numbers: Sequence[int]) -> Head:
    """A group from its counts: those of Head in their order, then its stars."""
    shown, planned, under_way, arrived, completed, failed, spam, by_phone, *stars = numbers
    return Head(
        key, name, route, shown, planned, under_way, arrived, completed, failed, spam, by_phone, stars=tuple(stars)
    )


def _joined(columns: Select[*Columns], chosen: BoardFilter) -> Select[*Columns]:
    """The columns, selected from orders with their first driver, depot, rating, spam mark and rating by phone."""
    standing = and_(SpamMark.rating_id == Rating.id, SpamMark.lifted_at.is_(None))
    statement = columns.select_from(Order).outerjoin(Rating, Rating.order_id == Order.id)
    statement = statement.outerjoin(SpamMark, standing).outerjoin(PhoneRating, PhoneRating.order_id == Order.id)
    if chosen.words:
        statement = statement.outerjoin(Customer, Customer.id == Order.customer_id)
    if chosen.by == "depot":
        return statement.outerjoin(Depot, Depot.id == Order.depot_id)
    first = and_(CrewMember.order_id == Order.id, CrewMember.position == 0)
    return statement.outerjoin(CrewMember, first).outerjoin(Driver, Driver.id == CrewMember.driver_id)


def _counts() -> list[ColumnElement[int]]:
    """1 or 0 for each count of a Head after `shown`."""

    def count(*conditions: ColumnElement[bool]) -> ColumnElement[int]:
        return case((and_(~Order.is_test, *conditions), 1), else_=0)

    valid = SpamMark.id.is_(None)
    return [
        count(Order.status == PLANNED),
        count(Order.status.in_((ON_THE_WAY, ARRIVED))),
        count(Order.status == ARRIVED),
        count(Order.status == COMPLETED),
        count(Order.status == FAILED),
        count(SpamMark.id.is_not(None)),
        count(PhoneRating.order_id.is_not(None), Rating.id.is_(None)),
        *(count(Rating.stars == n, valid, Order.status == COMPLETED) for n in range(1, 6)),
    ]


class Line(NamedTuple):
    """An order as a board shows it, with what its customer said."""

    id: int
    ref: str
    status: str
    channel: str
    promised_from: datetime | None
    promised_to: datetime | None
    eta: datetime | None
    completed_at: datetime | None
    reason: str | None
    is_test: bool
    depot_name: str | None
    timezone: str | None
    customer: str | None
    key: int | None
    stars: int | None
    comment: str | None
    language: str | None
    answered_at: datetime | None
    version: int | None
    spam_id: int | None
    phone_stars: int | None
    created_at: datetime

    @property
    def due_at(self) -> datetime:
        """The end of its window; without one, when it came in."""
        return self.promised_to or self.created_at

    @property
    def rating(self) -> int | None:
        """The stars that count; none of an answer that is marked as spam."""
        return self.stars if self.spam_id is None else None


def lines(
    chosen: BoardFilter,
    perimeter: Perimeter,
    now: datetime,
    *,
    ids: Collection[int] = (),
    groups: Collection[Head] = (),
) -> list[Line]:
    """The board's orders of these groups, or those of these ids, as the filter sorts them."""
    statement = _lines(chosen, perimeter, now)
    if ids:
        statement = statement.where(Order.id.in_(ids))
    if groups:
        key = CrewMember.driver_id if chosen.by == "driver" else Order.depot_id
        keys = [head.key for head in groups if head.key is not None]
        nobody = key.is_(None) if len(keys) < len(groups) else false()
        statement = statement.where(or_(key.in_(keys), nobody))
    found = [Line._make(row) for row in session().execute(statement)]
    return sorted(found, key=lambda line: (sort_key(chosen.report.sort, line.rating, line.due_at), line.id))


def newest(chosen: BoardFilter, perimeter: Perimeter, now: datetime, size: int) -> list[Line]:
    """The board's orders that were rated last, the newest answer first."""
    statement = _lines(chosen, perimeter, now).where(Rating.id.is_not(None), SpamMark.id.is_(None), ~Order.is_test)
    statement = statement.order_by(Rating.answered_at.desc(), Rating.id).limit(size)
    return [Line._make(row) for row in session().execute(statement)]


def _lines(chosen: BoardFilter, perimeter: Perimeter, now: datetime) -> Select[*tuple[Any, ...]]:
    key = CrewMember.driver_id if chosen.by == "driver" else Order.depot_id
    order = (Order.id, Order.ref, Order.status, Order.channel, Order.promised_from, Order.promised_to, Order.eta)
    rest = (Order.completed_at, Order.reason, Order.is_test)
    place = (func.coalesce(Order.depot_name, Depot.name), Depot.timezone, Customer.name, key)
    answer = (Rating.stars, Rating.comment, Rating.language, Rating.answered_at, Rating.version)
    columns: Select[*tuple[Any, ...]] = select(
        *order, *rest, *place, *answer, SpamMark.id, PhoneRating.stars, Order.created_at
    )
    statement = _joined(columns, replace(chosen, words=""))
    statement = statement.outerjoin(Customer, Customer.id == Order.customer_id)
    if chosen.by == "driver":
        statement = statement.outerjoin(Depot, Depot.id == Order.depot_id)
    return of_the_day(statement, chosen, perimeter, now)


def alerts_to_send(now: datetime) -> Select[LowRatingAlert]:
    """The alerts that are due, or under a lease that ended before its holder wrote how it went; the oldest first."""
    due = and_(LowRatingAlert.state == "pending", LowRatingAlert.next_attempt_at <= now)
    dropped = and_(LowRatingAlert.state == "sending", LowRatingAlert.lease_until <= now)
    return select(LowRatingAlert).where(or_(due, dropped)).order_by(LowRatingAlert.id)


def due_alerts(now: datetime, size: int = 50) -> list[int]:
    """The ids of alerts to be sent now."""
    return [alert.id for alert in session().scalars(alerts_to_send(now).limit(size))]


def depots_shown(perimeter: Perimeter) -> frozenset[int] | None:
    """The depots whose changes concern a board of the perimeter, None for all; read again every BRANCH_S.

    A depot that the log names for the first time may be a new one, so it has the branches read again too.
    """
    if perimeter.sees is None:
        return None
    kept: _Branches = current_app.extensions.setdefault("cxweb.branches", {})
    key = (perimeter.sees, len(log().latest))
    until, found = kept.get(key, (0.0, frozenset()))
    if time.monotonic() >= until:
        found = frozenset(session().scalars(branch(*perimeter.sees)))
        if len(kept) > MOST_BRANCHES:
            kept.clear()
        kept[key] = (time.monotonic() + BRANCH_S, found)
    return found


def gateways_at_rest(now: datetime) -> list[str]:
    """The channels whose gateway does not answer, so that messages wait."""
    resting = select(GatewayState.channel).where(GatewayState.rests_until > now)
    return list(session().scalars(resting.order_by(GatewayState.channel)))


def hides_rating(user_id: int) -> bool:
    """Whether the person wants the board without its rating column."""
    return bool(session().scalar(select(BoardChoice.hides_rating).where(BoardChoice.user_id == user_id)))


def wall_of(token: str) -> Wall | None:
    """The wall display of an address, None for an unknown or revoked one."""
    wanted = select(Wall).where(Wall.digest == tokens.digest(token), Wall.revoked_at.is_(None))
    return session().scalar(wanted)


def walls() -> list[Wall]:
    """The displays that are in use, by name."""
    return list(session().scalars(select(Wall).where(Wall.revoked_at.is_(None)).order_by(Wall.name, Wall.id)))
