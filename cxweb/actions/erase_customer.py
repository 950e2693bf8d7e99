"""A person is erased everywhere, and the figures keep what was said: an erasure asked for, or ordered by law."""

from dataclasses import dataclass

from cxweb.accounts.rules import Acting, ForbiddenAct
from cxweb.actions.steps.erase_people import erase_people
from cxweb.actions.steps.find_person import Person, find_person
from cxweb.actions.steps.forget_quotes import forget_files
from cxweb.actions.steps.tell_boards import tell_boards_of
from cxweb.core import clock
from cxweb.core.audit import record
from cxweb.core.db import transaction
from cxweb.core.scrub import scrub
from cxweb.privacy.queries import touched_tables


@dataclass(frozen=True)
class Erased:
    """How many orders lost their customer, and how many customers of another ref share a contact with them.

    `clean` says whether the database's files hold nothing of the person any more; `tables` are those to rewrite
    where that cannot be told.
    """

    orders: int
    others: int
    clean: bool
    tables: tuple[str, ...]


def erase_customer(
    by: Acting, *, ref: str | None = None, customer_id: int | None = None, rewrite: bool = False
) -> Erased:
    """Erase the customer of the ref or id, with the orders without a ref that are the same person's.

    With `rewrite` PostgreSQL's tables are rewritten at once. Raises UnknownCustomer, and ForbiddenAct for who sees
    only a part of the company: a person may have orders everywhere.
    """
    if not by.perimeter.reach.whole:
        raise ForbiddenAct("settings")
    with transaction():
        person: Person = find_person(ref, customer_id)
        texts = person.texts()
        order_ids = erase_people(person.customer_ids, clock.now(), texts)
        record(by.actor, "customer.erased", f"customer:{person.customer_ids[0]}", orders=len(order_ids))
        tell_boards_of(order_ids)
    forget_files()
    tables = touched_tables()
    return Erased(len(order_ids), person.others, scrub(texts, tables, rewrite=rewrite), tables)
