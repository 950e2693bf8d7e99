"""Whoever was erased after a backup was made is erased again once that backup is restored."""

from collections.abc import Collection, Iterable
from datetime import datetime

from sqlalchemy import literal, select

from cxweb.accounts.rules import Acting
from cxweb.actions.steps.digest_contact import lasting_key
from cxweb.actions.steps.erase_people import erase_people
from cxweb.actions.steps.find_person import Person
from cxweb.actions.steps.forget_quotes import forget_files
from cxweb.actions.steps.note_erasures import journal_file, key_mark
from cxweb.actions.steps.tell_boards import tell_boards_of
from cxweb.core import clock, journal
from cxweb.core.audit import record
from cxweb.core.db import insert_or_leave, session, transaction
from cxweb.orders.models import Customer, Order
from cxweb.privacy.models import KINDS, KnownPerson
from cxweb.privacy.queries import digests


class ForeignJournal(ValueError):
    """The journal is of another installation: its digests were made with another key."""


def reapply_erasures(by: Acting, entries: Iterable[dict[str, str]] | None = None) -> int:
    """Erase everybody whom the journal names, by default the data folder's; how many customers were erased.

    Raises ForeignJournal.
    """
    with transaction():
        named = _named(journal.read(journal_file()) if entries is None else entries)
        for (kind, digest), at in named.items():
            insert_or_leave(KnownPerson, digest=digest, kind=kind, first_order_at=None, erased_at=at)
        customer_ids = _customers({digest for _, digest in named})
        if customer_ids:
            texts = Person(customer_ids, 0).texts()
            order_ids = erase_people(customer_ids, clock.now(), texts)
            record(by.actor, "customer.erased_again", "company", customers=len(customer_ids))
            tell_boards_of(order_ids)
            forget_files()
        return len(customer_ids)


def _named(entries: Iterable[dict[str, str]]) -> dict[tuple[str, str], datetime]:
    mark, named = key_mark(), {}
    for entry in entries:
        if entry.get("key") != mark:
            raise ForeignJournal
        if entry.get("kind") in KINDS:
            named[entry["kind"], entry["digest"]] = datetime.fromisoformat(entry["at"])
    return named


def _customers(erased: Collection[str]) -> list[int]:
    """Who is known by an erased ref, or by the number of an order that was theirs when they were erased.

    Contacts decide nothing here: a household or an office shares them.
    """
    if not erased:
        return []
    key = lasting_key()
    refs = select(Customer.id, literal("ref"), Customer.ref).where(Customer.ref.is_not(None))
    orders = select(Customer.id, literal("order"), Order.ref).join(Customer, Customer.id == Order.customer_id)
    found = set()
    for statement in (refs, orders):
        for customer_id, kind, ref in session().execute(statement.where(Customer.erased_at.is_(None))):
            if customer_id not in found and digests(key, [(kind, ref or "")])[0][1] in erased:
                found.add(customer_id)
    return sorted(found)
