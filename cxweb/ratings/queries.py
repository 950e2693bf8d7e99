"""What the tracking page shows of an order and its rating, in one prebuilt statement."""

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, NamedTuple
from zlib import crc32

from sqlalchemy import bindparam, func, literal_column, select, text
from sqlalchemy.orm import joinedload, selectinload

from cxweb.accounts.rules import Perimeter
from cxweb.company.models import Depot
from cxweb.core import paging
from cxweb.core.db import Prepared, session
from cxweb.core.feed import Place, look_at, next_page, read_place
from cxweb.core.paging import Page
from cxweb.core.prepared import PreparedInTransaction
from cxweb.orders.filters import OrderFilter, matching
from cxweb.orders.models import CrewMember, Customer, Order, Proof, StatusChange
from cxweb.orders.queries import within
from cxweb.ratings.models import PhoneRating, Rating, RatingReason, SpamMark


class Tracked(NamedTuple):
    """One order as its customer may see it, as plain facts."""

    order_id: int
    ref: str
    token: str
    status: str
    reason: str | None
    channel: str
    promised_from: datetime | None
    promised_to: datetime | None
    eta: datetime | None
    postcode: str | None
    city: str | None
    created_at: datetime
    completed_at: datetime | None
    on_the_way_at: datetime | None
    arrived_at: datetime | None
    ended_at: datetime | None
    timezone: str | None
    language: str | None
    driver_name: str | None
    survey_version_id: int | None
    stars: int | None
    comment: str | None
    answered_at: datetime | None
    nps: int | None = None
    ces: int | None = None
    open: str | None = None
    # The codes of the chosen reasons with a space between them.
    reasons: str | None = None
    seen_at: datetime | None = None
    proof_note: str | None = None
    has_photo: bool | None = None
    has_signature: bool | None = None


def _last(condition: str) -> Any:
    """When the order last came into a status. The condition is text: bound values cost at every request."""
    moves = select(func.max(StatusChange.at)).where(StatusChange.order_id == Order.id, text(condition))
    return moves.correlate(Order).scalar_subquery()


_FIRST_DRIVER = (
    select(CrewMember.driver_name)
    .where(CrewMember.order_id == Order.id)
    .where(CrewMember.position == text("0"))
    .correlate(Order)
    .scalar_subquery()
)

_REASONS = (
    select(func.aggregate_strings(RatingReason.code, literal_column("' '")))  # type: ignore[arg-type]  # text, not a value
    .where(RatingReason.rating_id == Rating.id)
    .correlate(Rating)
    .scalar_subquery()
)

_TRACKED = Prepared(
    select(
        Order.id,
        Order.ref,
        Order.token,
        Order.status,
        Order.reason,
        Order.channel,
        Order.promised_from,
        Order.promised_to,
        Order.eta,
        Order.postcode,
        Order.city,
        Order.created_at,
        Order.completed_at,
        _last("status_change.status = 'on_the_way'"),
        _last("status_change.status = 'arrived'"),
        _last("status_change.status IN ('failed', 'cancelled')"),
        Depot.timezone,
        Customer.language,
        _FIRST_DRIVER,
        Rating.survey_version_id,
        Rating.stars,
        Rating.comment,
        Rating.answered_at,
        Rating.nps,
        Rating.ces,
        Rating.open,
        _REASONS,
        Order.seen_at,
        Proof.note,
        Proof.photo.is_not(None),
        Proof.signature.is_not(None),
    )
    .outerjoin(Depot, Depot.id == Order.depot_id)
    .outerjoin(Customer, Customer.id == Order.customer_id)
    .outerjoin(Rating, Rating.order_id == Order.id)
    .outerjoin(Proof, Proof.order_id == Order.id)
    .where(Order.token == bindparam("token"))
)


def tracked(token: str) -> Tracked | None:
    """The order of a tracking link, None for an unknown one."""
    row = _TRACKED.first(token=token)
    return None if row is None else Tracked._make(row)


class ToRate(NamedTuple):
    """What rating an order takes to know; the order is locked until the transaction ends."""

    order_id: int
    status: str
    completed_at: datetime | None
    rating_id: int | None
    answered_at: datetime | None
    depot_id: int | None


_TO_RATE = PreparedInTransaction(
    select(Order.id, Order.status, Order.completed_at, Rating.id, Rating.answered_at, Order.depot_id)
    .outerjoin(Rating, Rating.order_id == Order.id)
    .where(Order.token == bindparam("token"))
    .with_for_update(of=Order)
)


def to_rate(token: str) -> ToRate | None:
    """The order of a link as the open transaction has it, None for an unknown one."""
    row = _TO_RATE.first(token=token)
    return None if row is None else ToRate._make(row)


def of_order(order_id: int) -> Rating | None:
    """The rating of an order; who asks has found the order within their perimeter."""
    return session().scalar(select(Rating).where(Rating.order_id == order_id))


def of_orders(order_ids: Collection[int]) -> dict[int, Rating]:
    """The ratings of orders with their reasons, by the order; who asks has found the orders within their perimeter."""
    statement = select(Rating).where(Rating.order_id.in_(order_ids)).options(selectinload(Rating.reasons))
    return {rating.order_id: rating for rating in session().scalars(statement)}


def by_ids(rating_ids: Collection[int]) -> dict[int, Rating]:
    """These ratings by id, with order, crew, reasons and survey; who asks has found them within their perimeter."""
    order = joinedload(Rating.order)
    statement = (
        select(Rating)
        .where(Rating.id.in_(rating_ids))
        .options(
            order.joinedload(Order.depot),
            order.selectinload(Order.crew).joinedload(CrewMember.driver),
            selectinload(Rating.reasons),
            joinedload(Rating.survey_version),
        )
    )
    return {rating.id: rating for rating in session().scalars(statement)}


def new_since(cursor: str | None, perimeter: Perimeter, size: int) -> tuple[list[int], str]:
    """The ids of ratings a reader has not read, each exactly once, and the reader's next cursor. Raises BadCursor."""
    place = read_place(paging.decode_text(cursor)) if cursor else Place()
    if place is None or (place.last and _mark(place.last) != place.mark):
        raise paging.BadCursor(cursor)

    def unread(place: Place, limit: int) -> list[int]:
        statement = select(Rating.id).join(Order, Order.id == Rating.order_id).where(Rating.id > place.floor)
        for start, end in place.runs:
            statement = statement.where(~Rating.id.between(start, end))
        statement = within(statement.where(~Order.is_test), perimeter)
        return list(session().scalars(statement.order_by(Rating.id).limit(limit)))

    page, place = next_page(place, look_at(Rating), unread, size)
    if page and page[-1] > place.last:
        place = replace(place, last=page[-1], mark=_mark(page[-1]) or 0)
    return page, paging.encode_text(str(place))


def _mark(rating_id: int) -> int | None:
    """What tells a rating from another one that would get its id in a database that was set back."""
    ref = session().scalar(select(Order.ref).join(Rating, Rating.order_id == Order.id).where(Rating.id == rating_id))
    return None if ref is None else crc32(ref.encode())


@dataclass(frozen=True)
class OrderRow:
    """A line of the orders' list: the order with customer, depot and crew loaded, and what it was rated."""

    order: Order
    stars: int | None
    comment: str | None


def order_rows(
    chosen: OrderFilter, perimeter: Perimeter, now: datetime, cursor: str | None = None, size: int = 50
) -> Page[OrderRow]:
    """The orders that came in last, first. Raises paging.BadCursor."""
    statement = (
        select(Order, Rating.stars, Rating.comment)
        .outerjoin(Customer, Customer.id == Order.customer_id)
        .outerjoin(Rating, Rating.order_id == Order.id)
        .options(joinedload(Order.customer), joinedload(Order.depot), selectinload(Order.crew))
    )
    statement = within(matching(statement, chosen, now), perimeter)
    if cursor:
        created_at, id_ = paging.decode(cursor, 2)
        key = (paging.instant(created_at, cursor), paging.number(id_, cursor))
        statement = statement.where(paging.after([(Order.created_at, True), (Order.id, True)], key))
    statement = statement.order_by(Order.created_at.desc(), Order.id.desc()).limit(size + 1)
    rows = [OrderRow(*row) for row in session().execute(statement)]
    return paging.cut(rows, size, lambda row: (row.order.created_at.isoformat(), row.order.id))


def rating_of(order_id: int) -> Rating | None:
    """An order's rating with its versions; who asks has found the order within their perimeter."""
    loaded = (selectinload(Rating.versions), selectinload(Rating.reasons), selectinload(Rating.marks))
    statement = select(Rating).where(Rating.order_id == order_id).options(*loaded)
    return session().scalar(statement)


def phone_rating_of(order_id: int) -> PhoneRating | None:
    """What the customer said on the phone; who asks has found the order within their perimeter."""
    return session().get(PhoneRating, order_id)


def marks_of(rating_id: int) -> list[SpamMark]:
    """The spam marks of an answer, the last one first; only the last can still stand."""
    wanted = select(SpamMark).where(SpamMark.rating_id == rating_id).order_by(SpamMark.id.desc())
    return list(session().scalars(wanted))
