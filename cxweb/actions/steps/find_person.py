"""Finds the rows that are one person's."""

from dataclasses import dataclass

from sqlalchemy import func, or_, select

from cxweb.company.queries import settings_now
from cxweb.core.db import session
from cxweb.core.recipients import recipient_of
from cxweb.orders.models import Customer, Order
from cxweb.privacy.rules import UnknownCustomer
from cxweb.ratings.models import Rating

# Shorter comments are written by many: looking for them in the files would tell nothing of one person.
DISTINCT = 24


@dataclass(frozen=True)
class Person:
    """Their customers' rows, the asked one first, and how many others of another ref share a contact."""

    customer_ids: list[int]
    others: int

    def texts(self) -> list[str]:
        """What only this person's rows say: what must be found nowhere once they are erased."""
        theirs = Customer.id.in_(self.customer_ids)
        known = session().execute(select(Customer.ref, Customer.email, Customer.phone).where(theirs))
        of_orders = select(Order.id).where(Order.customer_id.in_(self.customer_ids))
        said = session().scalars(select(Rating.comment).where(Rating.order_id.in_(of_orders)))
        long = [comment for comment in said if comment and len(comment) >= DISTINCT]
        return [text for row in known for text in row if text] + long


def find_person(ref: str | None, customer_id: int | None) -> Person:
    """The customer of the ref or id, and those without a ref who have the same contact and no other name.

    Customers of another ref are only counted: a household or an office shares a number. Raises UnknownCustomer.
    """
    chosen = Customer.ref == ref if ref is not None else Customer.id == customer_id
    customer = session().scalar(select(Customer).where(chosen))
    if customer is None or customer.erased_at is not None:
        raise UnknownCustomer
    alike = _with_same_contact(customer)
    same = [other.id for other in alike if other.ref is None and _no_other_name(customer, other)]
    return Person([customer.id, *same], sum(other.id not in same for other in alike))


def _with_same_contact(customer: Customer) -> list[Customer]:
    email, phone = (customer.email or "").strip().lower(), customer.phone
    numbers = {phone, recipient_of("sms", phone, settings_now().company_country)} - {None, ""}
    shared = []
    if email:
        shared.append(func.lower(Customer.email) == email)
    if numbers:
        shared.append(Customer.phone.in_(numbers))
    if not shared:
        return []
    return list(
        session().scalars(select(Customer).where(or_(*shared), Customer.id != customer.id).order_by(Customer.id))
    )


def _no_other_name(one: Customer, other: Customer) -> bool:
    return not one.name or not other.name or one.name.strip().casefold() == other.name.strip().casefold()
