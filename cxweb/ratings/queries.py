"""What the tracking page shows of an order and its rating, in one prebuilt statement."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, func, select

from cxweb.company.models import Depot
from cxweb.core.db import db, session
from cxweb.orders.models import CrewMember, Customer, Order, StatusChange
from cxweb.ratings.models import Rating


@dataclass(frozen=True, slots=True)
class Tracked:
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


def _last(*statuses: str) -> object:
    """When the order last came into one of the statuses."""
    return (
        select(func.max(StatusChange.at))
        .where(StatusChange.order_id == Order.id, StatusChange.status.in_(statuses))
        .correlate(Order)
        .scalar_subquery()
    )


_FIRST_DRIVER = (
    select(CrewMember.driver_name)
    .where(CrewMember.order_id == Order.id)
    .order_by(CrewMember.position)
    .limit(1)
    .correlate(Order)
    .scalar_subquery()
)

# Built once: building it at every request costs a third of the page.
_TRACKED = (
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
        _last("on_the_way"),  # type: ignore[call-overload]
        _last("arrived"),
        _last("failed", "cancelled"),
        Depot.timezone,
        Customer.language,
        _FIRST_DRIVER,
        Rating.survey_version_id,
        Rating.stars,
        Rating.comment,
        Rating.answered_at,
    )
    .outerjoin(Depot, Depot.id == Order.depot_id)
    .outerjoin(Customer, Customer.id == Order.customer_id)
    .outerjoin(Rating, Rating.order_id == Order.id)
    .where(Order.token == bindparam("token"))
)


def tracked(token: str) -> Tracked | None:
    """The order of a tracking link, None for an unknown one."""
    with db.engines["read"].connect() as connection:
        row = connection.execute(_TRACKED, {"token": token}).first()
    return None if row is None else Tracked(*row)


def of_order(order_id: int) -> Rating | None:
    """The rating of an order; who asks has found the order within their perimeter."""
    return session().scalar(select(Rating).where(Rating.order_id == order_id))
