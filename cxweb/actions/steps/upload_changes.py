"""Notes what an upload does to the database's rows, so that it can be undone while nobody has changed them since."""

import hashlib
from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import select

from cxweb.actions.steps.draft_orders import STATE, draft_orders
from cxweb.actions.steps.insert_many import insert_many
from cxweb.actions.steps.store_ratings import Choice
from cxweb.core.db import session
from cxweb.imports.customer_plan import Customers, Party
from cxweb.imports.order_plan import Draft
from cxweb.imports.order_rows import CONTACT
from cxweb.orders.models import Customer
from cxweb.ratings.models import Rating, RatingReason
from cxweb.uploads.models import UploadChange

# What a rating says and since when; its versions tell the rest.
RATING = ("survey_version_id", "ref", "stars", "comment", "nps", "ces", "open", "language", "version")
RATING_INSTANTS = ("answered_at", "updated_at")


def digest(values: Mapping[str, Any]) -> str:
    """A short digest of a row's values, the same for the same values as read from the database."""
    return hashlib.blake2b(repr(sorted(values.items())).encode(), digest_size=12).hexdigest()


def orders_as_left(refs: Collection[str]) -> dict[int, str]:
    """The digest of each of these orders as it stands, by id."""
    drafts = draft_orders(refs, 0, crew=True, tags=True, lock=False)
    return {draft.id: digest(draft.state) for draft in drafts.values() if draft.id is not None}


def customers_as_left(ids: Collection[int]) -> dict[int, str]:
    """The digest of each of these customers' contact data as it stands, by id."""
    columns = [getattr(Customer, name) for name in CONTACT]
    rows = session().execute(select(Customer.id, *columns).where(Customer.id.in_(ids)))
    return {row[0]: digest(dict(zip(CONTACT, row[1:], strict=True))) for row in rows}


def ratings_as_left(ids: Collection[int]) -> dict[int, str]:
    """The digest of each of these ratings as it stands, by id."""
    rows = session().execute(select(*Rating.__table__.c).where(Rating.__table__.c.id.in_(ids)))
    names = (*RATING, *RATING_INSTANTS)
    return {row.id: digest({name: row._mapping[name] for name in names}) for row in rows}


class OrderNotes:
    """What a batch of orders is about to change; made before it is stored, written after."""

    def __init__(self, drafts: Mapping[str, Draft], customers: Customers) -> None:
        new_party = {ref for ref, party in customers.private.items() if party.id is None}
        touched = [draft for draft in drafts.values() if draft.id is None or draft.changed or draft.ref in new_party]
        self._former = {draft.ref: None if draft.id is None else _former(draft) for draft in touched}
        parties: Iterable[Party] = [*customers.named.values(), *customers.private.values()]
        self._customers = {party.id: party.former for party in parties if party.id is not None and party.changed}

    def write(self, upload_id: int) -> None:
        left = draft_orders(self._former, 0, crew=True, tags=True, lock=False)
        notes = [_note(upload_id, "order", draft.id, self._former[ref], draft.state) for ref, draft in left.items()]
        for customer_id, now_is in customers_as_left(self._customers).items():
            former = self._customers[customer_id]
            notes.append({**_note(upload_id, "customer", customer_id, former, {}), "left_as": now_is})
        insert_many(UploadChange, notes)


def _former(draft: Draft) -> dict[str, Any]:
    """The order before the batch; crew and tags only where the batch changes them."""
    state = {**draft.state, **draft.former}
    names = [*STATE, "depot", *(name for name in ("crew", "tags") if name in draft.changed)]
    return {name: _plain(state[name]) for name in names} | {"customer_id": draft.customer_id}


class RatingNotes:
    """What a batch of ratings is about to change; made before it is stored, written after."""

    def __init__(self, choices: Iterable[Choice]) -> None:
        written = [choice for choice in choices if choice.outcome in ("imported", "updated")]
        self._orders = [choice.order_id for choice in written]
        stored = [choice.stored.id for choice in written if choice.stored is not None]
        rows = session().execute(select(*Rating.__table__.c).where(Rating.__table__.c.id.in_(stored)))
        names = (*RATING, *RATING_INSTANTS)
        self._former = {row.id: {name: _plain(row._mapping[name]) for name in names} for row in rows}
        chosen = select(RatingReason.rating_id, RatingReason.code, RatingReason.cause)
        for rating_id, code, cause in session().execute(chosen.where(RatingReason.rating_id.in_(stored))):
            self._former[rating_id].setdefault("reasons", {})[code] = cause

    def write(self, upload_id: int) -> None:
        ids = session().scalars(select(Rating.id).where(Rating.order_id.in_(self._orders))).all()
        notes = [
            {**_note(upload_id, "rating", rating_id, self._former.get(rating_id), {}), "left_as": left}
            for rating_id, left in ratings_as_left(ids).items()
        ]
        insert_many(UploadChange, notes)


def _note(
    upload_id: int, kind: str, object_id: int | None, former: dict[str, Any] | None, state: Mapping[str, Any]
) -> dict[str, Any]:
    row = {"upload_id": upload_id, "kind": kind, "object_id": object_id, "former": former}
    return {**row, "left_as": digest(state)}


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, datetime) else value
