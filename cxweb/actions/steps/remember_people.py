"""Keeps of customers what outlives their data: keyed digests, and since when each is a customer."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import case, func, select
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from cxweb.actions.steps.digest_contact import lasting_key
from cxweb.company.queries import settings_now
from cxweb.core.db import dialect_name, session
from cxweb.core.recipients import recipient_of
from cxweb.orders.models import Customer, Order
from cxweb.privacy.models import KnownPerson
from cxweb.privacy.queries import digests


def remember_people(customer_ids: Collection[int], erased_at: datetime | None = None) -> list[tuple[str, str]]:
    """Store the digests of these customers, with `erased_at` as those of erased ones; each kind and digest.

    What is known already keeps its first order and its erasure.
    """
    first = select(Order.customer_id, func.min(Order.created_at)).where(Order.customer_id.in_(customer_ids))
    since = dict(session().execute(first.group_by(Order.customer_id)).all())
    columns = select(Customer.id, Customer.ref, Customer.email, Customer.phone).where(Customer.id.in_(customer_ids))
    key, country = lasting_key(), settings_now().company_country
    found: dict[str, tuple[str, datetime | None]] = {}
    for id_, ref, email, phone in session().execute(columns):
        for kind, digest in digests(key, texts_of(ref, email, phone, country)):
            found[digest] = (kind, since.get(id_))
    if erased_at is not None:
        refs = session().scalars(select(Order.ref).where(Order.customer_id.in_(customer_ids)))
        for kind, digest in digests(key, [("order", ref) for ref in refs]):
            found[digest] = (kind, None)
    _store(
        [
            {"digest": digest, "kind": kind, "first_order_at": at, "erased_at": erased_at}
            for digest, (kind, at) in sorted(found.items())
        ]
    )
    return [(kind, digest) for digest, (kind, _) in sorted(found.items())]


def texts_of(ref: str | None, email: str | None, phone: str | None, country: str) -> list[tuple[str, str]]:
    """What a person is known by, each with its kind: an e-mail address as it came and as it is sent to, a number."""
    mail, sent_to = (email or "").strip(), recipient_of("email", email, country)
    named = [("ref", ref), ("email", mail), ("email", sent_to), ("sms", recipient_of("sms", phone, country))]
    return [(kind, text) for kind, text in dict.fromkeys(named) if text]


def _store(rows: list[dict[str, object]]) -> None:
    if not rows:
        return
    insert = sqlite_insert if dialect_name() == "sqlite" else postgresql_insert
    statement = insert(KnownPerson)
    new, old = statement.excluded, KnownPerson
    earlier = case((old.first_order_at <= new.first_order_at, old.first_order_at), else_=new.first_order_at)
    values = {
        "first_order_at": func.coalesce(earlier, old.first_order_at),
        "erased_at": func.coalesce(old.erased_at, new.erased_at),
    }
    session().connection().execute(statement.on_conflict_do_update(index_elements=["digest"], set_=values), rows)
