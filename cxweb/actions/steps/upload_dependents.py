"""Finds what depends on the rows that an upload brought in, so that undoing it would take more with it."""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime

from sqlalchemy import Select, select

from cxweb.actions.steps.upload_changes import orders_as_left, ratings_as_left
from cxweb.core.db import session
from cxweb.notifications.models import Notification
from cxweb.orders.models import Order, Proof
from cxweb.ratings.models import PhoneRating, Rating, RatingVersion, SpamMark
from cxweb.uploads.models import UploadChange

# By kind, the orders that something depends on.
Dependents = dict[str, set[int]]


def dependents(changes: Iterable[UploadChange], since: datetime) -> Dependents:
    """What has happened to the changed rows since then; `changes` hold the last one of each row."""
    changes = list(changes)
    orders = {change.object_id: change.left_as for change in changes if change.kind == "order"}
    ratings = {change.object_id: change.left_as for change in changes if change.kind == "rating"}
    found: Dependents = {}
    if orders:
        found |= _of_orders(orders, since)
    if ratings:
        found |= _of_ratings(ratings, since)
    return {kind: ids for kind, ids in found.items() if ids}


def _of_orders(left: dict[int, str], since: datetime) -> Dependents:
    refs = session().scalars(select(Order.ref).where(Order.id.in_(left))).all()
    stands = orders_as_left(refs)
    versions = select(Rating.order_id).join(RatingVersion).where(RatingVersion.recorded_at >= since)
    return {
        "changed": {order_id for order_id, digest in stands.items() if digest != left[order_id]},
        "rated": _ids(versions.where(Rating.order_id.in_(left)))
        | _ids(select(PhoneRating.order_id).where(PhoneRating.order_id.in_(left), PhoneRating.recorded_at >= since)),
        "messaged": _ids(
            select(Notification.order_id).where(Notification.order_id.in_(left), Notification.created_at >= since)
        ),
        "proven": _ids(select(Proof.order_id).where(Proof.order_id.in_(left), Proof.recorded_at >= since)),
    }


def _of_ratings(left: dict[int, str], since: datetime) -> Dependents:
    changed = [rating_id for rating_id, digest in ratings_as_left(left).items() if digest != left[rating_id]]
    marked = select(SpamMark.rating_id).where(SpamMark.rating_id.in_(left), SpamMark.marked_at >= since)
    touched = {*changed, *session().scalars(marked)}
    return {"corrected": _ids(select(Rating.order_id).where(Rating.id.in_(touched)))}


def _ids(found: Select[int]) -> set[int]:
    return set(session().scalars(found))


def refs_of(order_ids: Collection[int]) -> Sequence[str]:
    return session().scalars(select(Order.ref).where(Order.id.in_(order_ids)).order_by(Order.ref)).all()
