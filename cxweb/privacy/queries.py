"""Finding what is known of customers, what of it is over its term, and who was erased."""

from collections.abc import Collection, Iterable
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, Table, and_, exists, func, or_, select, true
from sqlalchemy.orm import DeclarativeBase

from cxweb.company.queries import digest_key, settings_now, stored
from cxweb.core import tokens
from cxweb.core.audit import AuditEntry
from cxweb.core.db import Base, session
from cxweb.core.recipients import recipient_of
from cxweb.notifications.models import Notification
from cxweb.notifications.rules import contact_text
from cxweb.orders.models import Customer, Order
from cxweb.privacy.models import KnownPerson, PrivacyNotice
from cxweb.privacy.rules import HOLDINGS, LOGGED, LOGS, WORDS, Holding, Removal, Terms, is_due, terms
from cxweb.ratings.models import Rating

# On which day the retention was last applied to the end.
RAN_KEY = "retention.ran"
SHORTEST_NAME = 3
BETWEEN: dict[str, type[DeclarativeBase]] = {"rating": Rating, "notification": Notification}
# When an order was over: its completion, else the end of its window, else its arrival here.
ended_at: ColumnElement[Any] = func.coalesce(Order.completed_at, Order.promised_to, Order.created_at)


def table_of(name: str) -> Table:
    return Base.metadata.tables[name]


def key_of(table: Table) -> ColumnElement[int]:
    """The one column of a table's key."""
    [column] = table.primary_key.columns
    return column


def rows_of(holding: Holding, orders: ColumnElement[bool], customers: ColumnElement[bool]) -> Select[int]:
    """The keys of the table's rows that belong to these orders, or to these customers."""
    table = table_of(holding.table)
    statement: Select[int] = select(key_of(table))
    if holding.to == "customer":
        return statement.where(customers)
    if holding.table == Order.__tablename__:
        return statement.where(orders)
    if holding.to == "order":
        return statement.join(Order, Order.id == table.c[holding.link]).where(orders)
    between: Any = BETWEEN[holding.to]
    statement = statement.join(between, between.id == table.c[holding.link])
    return statement.join(Order, Order.id == between.order_id).where(orders)


def holds(holding: Holding, term: str) -> ColumnElement[bool]:
    """Whether a row still holds anything of the term."""
    if holding.whole:
        return true()
    columns = table_of(holding.table).c
    return or_(*(and_(columns[name].is_not(None), columns[name] != "") for name in holding.columns(term)))


def over(holding: Holding, term: str, before: datetime) -> Select[int]:
    """The keys of rows whose data of the term goes: of orders that ended before then, and of whom was erased.

    A customer's own row waits for the last of their orders.
    """
    if holding.to == "time":
        table = table_of(holding.table)
        return select(key_of(table)).where(table.c[holding.link] < before, holds(holding, term))
    erased = Order.customer_id.in_(select(Customer.id).where(Customer.erased_at.is_not(None)))
    late = exists().where(Order.customer_id == Customer.id, ended_at >= before)
    past = and_(~Order.is_demo, or_(ended_at < before, erased))
    gone = and_(~Customer.is_demo, or_(~late, Customer.erased_at.is_not(None)))
    return rows_of(holding, past, gone).where(holds(holding, term))


def terms_now(now: datetime) -> Terms:
    """The terms of the company's settings at this instant."""
    company = settings_now()
    months = (company.retention_words_months, company.retention_logs_months)
    return terms(now, company.zone, company.retention_contact_days, *months)


def preview(due: Terms) -> list[Removal]:
    """How many rows of what the next run empties or takes away; nothing is changed."""
    found = []
    for term, holding in due_holdings():
        keys = over(holding, term, due.before(term)).subquery()
        found.append(Removal(term, holding.table, _count(select(func.count()).select_from(keys))))
    for name, column in LOGGED:
        table = table_of(name)
        rows = _count(select(func.count()).select_from(table).where(table.c[column] < due.logs))
        found.append(Removal(LOGS, name, rows))
    return found


def due_holdings() -> list[tuple[str, Holding]]:
    """Each term with the tables it concerns. A row that goes as a whole goes with the term that names its columns."""
    return [(term, holding) for term in ("contact", WORDS) for holding in HOLDINGS if holding.columns(term)]


def _count(statement: Select[int]) -> int:
    return int(session().scalar(statement) or 0)


def digests(key: str, named: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    """Each kind with the keyed digest of its text, as invitations and opt-outs have them too."""
    return [(kind, tokens.keyed_digest(key, contact_text(kind, text.strip()))) for kind, text in named]


def erased_refs(refs: Collection[str]) -> set[str]:
    """Those of the customers' refs whose person was erased."""
    key = digest_key()
    if not refs or key is None or session().scalar(_ANYBODY) is None:
        return set()
    known = {digest: ref for ref in refs for _, digest in digests(key, [("ref", ref)])}
    erased = select(KnownPerson.digest).where(KnownPerson.digest.in_(known), KnownPerson.erased_at.is_not(None))
    return {known[digest] for digest in session().scalars(erased)}


_ANYBODY = select(KnownPerson.digest).where(KnownPerson.erased_at.is_not(None)).limit(1)


def erased_customer_ids(customer_ids: Collection[int]) -> set[int]:
    """Those of the customers who were erased."""
    statement = select(Customer.id).where(Customer.id.in_(customer_ids), Customer.erased_at.is_not(None))
    return set(session().scalars(statement))


def last_erasure() -> datetime | None:
    """When somebody was erased last."""
    return session().scalar(select(func.max(KnownPerson.erased_at)))


def erasures() -> list[tuple[str, str, datetime]]:
    """Kind, digest and instant of everything that was erased, the oldest first."""
    statement = select(KnownPerson.kind, KnownPerson.digest, KnownPerson.erased_at)
    rows = session().execute(statement.where(KnownPerson.erased_at.is_not(None)).order_by(KnownPerson.erased_at))
    return [(kind, digest, at) for kind, digest, at in rows if at is not None]


def people(words: str, most: int = 30) -> list[tuple[Customer, int]]:
    """Customers of whom something is known and who are meant by the words, with how many orders each has.

    A ref, an order's number, an e-mail address or a phone number is meant as a whole, a name by a part of it.
    """
    if not words:
        return []
    meant = [Customer.ref == words, func.lower(Customer.email) == words.lower(), Customer.phone == words]
    number = recipient_of("sms", words, settings_now().company_country)
    if number is not None:
        meant.append(Customer.phone == number)
    meant.append(Customer.id.in_(select(Order.customer_id).where(Order.ref == words)))
    if len(words) >= SHORTEST_NAME:
        meant.append(Customer.name.icontains(words, autoescape=True))
    known = or_(*(column.is_not(None) for column in (Customer.ref, Customer.name, Customer.email, Customer.phone)))
    orders = select(func.count()).where(Order.customer_id == Customer.id).correlate(Customer).scalar_subquery()
    statement = select(Customer, orders).where(or_(*meant), known, Customer.erased_at.is_(None), ~Customer.is_demo)
    return [(row[0], row[1]) for row in session().execute(statement.order_by(Customer.name, Customer.id).limit(most))]


def person(customer_id: int) -> tuple[Customer, list[Order]] | None:
    """A customer who was not erased, with the orders, the newest first."""
    customer = session().scalar(select(Customer).where(Customer.id == customer_id, Customer.erased_at.is_(None)))
    if customer is None:
        return None
    orders = select(Order).where(Order.customer_id == customer_id).order_by(Order.created_at.desc(), Order.id)
    return customer, list(session().scalars(orders))


def last_removal() -> AuditEntry | None:
    """The last run of the retention that removed anything."""
    statement = select(AuditEntry).where(AuditEntry.act == "retention.applied").order_by(AuditEntry.id.desc())
    return session().scalar(statement.limit(1))


def notice(language: str) -> str | None:
    """The company's own notice in a language, None where the product's stands."""
    return session().scalar(select(PrivacyNotice.body).where(PrivacyNotice.language == language))


def last_night() -> date | None:
    """The day on which the retention was last applied to the end."""
    day = stored(RAN_KEY)
    return date.fromisoformat(day) if day else None


def night_is_due(now: datetime) -> bool:
    return is_due(now, settings_now().zone, last_night())


def touched_tables() -> tuple[str, ...]:
    """The tables an erasure writes to."""
    return tuple(sorted({*(holding.table for holding in HOLDINGS), KnownPerson.__tablename__}))
