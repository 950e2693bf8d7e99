"""Takes back what an upload did to orders, customers and ratings; new rows go, changed ones are as they were."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import delete, exists, select, update

from cxweb.actions.steps import add_missing
from cxweb.actions.steps.draft_orders import STATE
from cxweb.actions.steps.insert_many import insert_many
from cxweb.actions.steps.store_drafts import ACTOR
from cxweb.actions.steps.tell_boards import tell_boards
from cxweb.actions.steps.touch_figures import touch_figures
from cxweb.actions.steps.upload_changes import RATING, RATING_INSTANTS, customers_as_left
from cxweb.company.models import Depot
from cxweb.core.db import Base, session
from cxweb.orders.models import CrewMember, Customer, Driver, Order, OrderTag, StatusChange
from cxweb.ratings.models import Rating, RatingReason, RatingVersion
from cxweb.uploads.models import UploadChange

INSTANTS = frozenset({"promised_from", "promised_to", "eta", "created_at", "completed_at"})
PLAIN = {"synchronize_session": False}


def undo_changes(changes: Sequence[UploadChange], began_at: datetime, made_after: Mapping[str, int]) -> None:
    """Undo these, no row among them twice. `made_after` are the greatest ids before the upload, by table."""
    by_kind: dict[str, list[UploadChange]] = {"order": [], "customer": [], "rating": []}
    for change in changes:
        by_kind[change.kind].append(change)
    orders = by_kind["order"]
    # Looked up before they go: boards that showed them and figures that counted them must learn of it.
    touched = [*(change.object_id for change in orders), *_orders_of(by_kind["rating"])]
    touch_figures(*touched)
    depots = _depots_of(touched)
    _undo_ratings(by_kind["rating"])
    company = _Company.of([change.object_id for change in orders], made_after)
    _undo_customers(by_kind["customer"])
    kept = [change for change in orders if change.former is not None]
    for change in kept:
        _restore(change, began_at)
    new = [change.object_id for change in orders if change.former is None]
    session().execute(delete(Order).where(Order.id.in_(new)), execution_options=PLAIN)
    company.leave()
    touch_figures(*touched)
    tell_boards(None, *sorted(depots | _depots_of(touched), key=str))


def _orders_of(ratings: Sequence[UploadChange]) -> Sequence[int]:
    rated = select(Rating.order_id).where(Rating.id.in_([change.object_id for change in ratings]))
    return session().scalars(rated).all()


def _depots_of(order_ids: Sequence[int]) -> set[int | None]:
    return set(session().scalars(select(Order.depot_id).where(Order.id.in_(order_ids))))


def _restore(change: UploadChange, began_at: datetime) -> None:
    former = change.former or {}
    values = {name: _instant(former[name]) if name in INSTANTS else former[name] for name in STATE}
    depots = add_missing.depots({former["depot"]} - {None})
    values["depot_id"] = depots[former["depot"]][0] if former["depot"] is not None else None
    values["customer_id"] = former["customer_id"]
    opened, order_id = session(), change.object_id
    opened.execute(update(Order).where(Order.id == order_id).values(values), execution_options=PLAIN)
    steps = (StatusChange.order_id == order_id, StatusChange.actor == ACTOR, StatusChange.recorded_at == began_at)
    opened.execute(delete(StatusChange).where(*steps), execution_options=PLAIN)
    if "tags" in former:
        opened.execute(delete(OrderTag).where(OrderTag.order_id == order_id), execution_options=PLAIN)
        insert_many(OrderTag, [{"order_id": order_id, "tag": tag} for tag in former["tags"]])
    if "crew" in former:
        opened.execute(delete(CrewMember).where(CrewMember.order_id == order_id), execution_options=PLAIN)
        drivers = add_missing.drivers(dict.fromkeys(former["crew"]))
        crew = [(position, *drivers[ref]) for position, ref in enumerate(former["crew"])]
        members = [
            {"order_id": order_id, "driver_id": driver_id, "position": position, "driver_name": name}
            for position, driver_id, name in crew
        ]
        insert_many(CrewMember, members)


@dataclass(frozen=True)
class _Company:
    """Customers, drivers and depots that came in with the orders of an upload."""

    customers: set[int]
    drivers: set[int]
    depots: set[int]

    @classmethod
    def of(cls, order_ids: Sequence[int], made_after: Mapping[str, int]) -> "_Company":
        theirs, opened = Order.id.in_(order_ids), session()
        crews = select(CrewMember.driver_id).where(CrewMember.order_id.in_(order_ids))
        customers = opened.scalars(select(Order.customer_id).where(theirs, Order.customer_id > made_after["customer"]))
        depots = opened.scalars(select(Order.depot_id).where(theirs, Order.depot_id > made_after["depot"]))
        drivers = opened.scalars(crews.where(CrewMember.driver_id > made_after["driver"]))
        # The columns may be empty, and a comparison leaves those rows out.
        return cls({n for n in customers if n}, set(drivers), {n for n in depots if n})

    def leave(self) -> None:
        """Delete those whom nobody has any business with now."""
        opened = session()
        idle = ~exists().where(Order.customer_id == Customer.id)
        opened.execute(delete(Customer).where(Customer.id.in_(self.customers), idle), execution_options=PLAIN)
        idle = ~exists().where(CrewMember.driver_id == Driver.id)
        opened.execute(delete(Driver).where(Driver.id.in_(self.drivers), idle), execution_options=PLAIN)
        idle_depots = delete(Depot).where(Depot.id.in_(self.depots))
        for key in (key for table in Base.metadata.tables.values() for key in table.foreign_keys):
            if key.column is Depot.__table__.c.id:
                users = select(key.parent).where(key.parent.is_not(None))
                idle_depots = idle_depots.where(Depot.id.not_in(users))
        opened.execute(idle_depots, execution_options=PLAIN)


def _undo_customers(changes: Iterable[UploadChange]) -> None:
    """Contact data that somebody has changed since stays as it is now."""
    stands = customers_as_left([change.object_id for change in changes])
    for change in changes:
        if change.former is not None and stands.get(change.object_id) == change.left_as:
            theirs = update(Customer).where(Customer.id == change.object_id)
            session().execute(theirs.values(change.former), execution_options=PLAIN)


def _undo_ratings(changes: Sequence[UploadChange]) -> None:
    opened = session()
    new = [change.object_id for change in changes if change.former is None]
    opened.execute(delete(Rating).where(Rating.id.in_(new)), execution_options=PLAIN)
    for change in changes:
        if change.former is not None:
            _restore_rating(change.object_id, change.former)


def _restore_rating(rating_id: int, former: Mapping[str, Any]) -> None:
    opened = session()
    values = {name: former[name] for name in RATING} | {name: _instant(former[name]) for name in RATING_INSTANTS}
    opened.execute(update(Rating).where(Rating.id == rating_id).values(values), execution_options=PLAIN)
    later = (RatingVersion.rating_id == rating_id, RatingVersion.version > former["version"])
    opened.execute(delete(RatingVersion).where(*later), execution_options=PLAIN)
    opened.execute(delete(RatingReason).where(RatingReason.rating_id == rating_id), execution_options=PLAIN)
    chosen = former.get("reasons", {}).items()
    insert_many(RatingReason, [{"rating_id": rating_id, "code": code, "cause": cause} for code, cause in chosen])


def _instant(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
