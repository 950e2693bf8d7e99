"""Writes what came in about an order onto its row; unknown depots and drivers are created."""

from cxweb.actions.steps.parties import Parties
from cxweb.core.db import session
from cxweb.intake.rules import CustomerFields, DriverFields, OrderFields
from cxweb.orders.models import CrewMember, Customer, Order, OrderTag
from cxweb.orders.rules import COMPLETED, FixedByCompletion

PLAIN = ("route", "promised_from", "promised_to", "eta", "address_line", "postcode", "city", "notify")


def fill(order: Order, fields: OrderFields, parties: Parties) -> None:
    """Set every field that came in; the callers leave out those of erased people (leave_out_erased).

    Raises FixedByCompletion or OutsidePerimeter.
    """
    for name in PLAIN:
        if name in fields:
            setattr(order, name, fields[name])  # type: ignore[literal-required]
    if fields.get("created_at") is not None:
        order.created_at = fields["created_at"]  # type: ignore[assignment]
    if "test" in fields and order.status != COMPLETED:
        order.is_test = fields["test"]
    if "customer" in fields:
        _fill_customer(order, fields["customer"], parties)
    if "depot" in fields:
        _set(order, "depot_id", parties.depot_id(fields["depot"]), "depot")
    elif order.depot_id is None:
        _set(order, "depot_id", parties.home(), "depot")
    if "channel" in fields:
        _set(order, "channel", fields["channel"] or "delivery", "channel")
    if "tags" in fields:
        set_tags(order, [tag for tag in fields["tags"] or [] if tag])
    if "drivers" in fields:
        set_crew(order, fields["drivers"] or [], parties)


def set_crew(order: Order, drivers: list[DriverFields], parties: Parties) -> None:
    """Make these drivers the order's crew, in this order. Raises FixedByCompletion where that would change it."""
    wanted = list(dict.fromkeys(driver["ref"] for driver in drivers))
    known = {driver["ref"]: parties.driver(driver) for driver in drivers}
    if [member.driver.ref for member in order.crew] == wanted:
        if order.status != COMPLETED:
            for member in order.crew:
                member.driver_name = member.driver.name
        return
    _check_open(order, "drivers")
    if order.crew:
        order.crew.clear()
        session().flush()
    for position, ref in enumerate(wanted):
        order.crew.append(CrewMember(driver=known[ref], position=position, driver_name=known[ref].name))


def set_tags(order: Order, tags: list[str]) -> None:
    wanted = sorted(set(tags))
    if [tag.tag for tag in order.tags] == wanted:
        return
    _check_open(order, "tags")
    if order.tags:
        order.tags.clear()
        session().flush()
    order.tags.extend(OrderTag(tag=tag) for tag in wanted)


def _set(order: Order, column: str, value: object, field: str) -> None:
    if getattr(order, column) != value:
        _check_open(order, field)
        setattr(order, column, value)


def _check_open(order: Order, field: str) -> None:
    if order.status == COMPLETED:
        raise FixedByCompletion(field)


def _fill_customer(order: Order, fields: CustomerFields | None, parties: Parties) -> None:
    if fields is None:
        order.customer = None
        return
    ref = fields.get("ref")
    known = parties.customer(ref) if ref else None
    if known is not None:
        order.customer = known
    elif order.customer is None or (order.customer.ref is not None and "ref" in fields):
        order.customer = Customer()
    for name in ("name", "email", "phone", "language"):
        if name in fields:
            setattr(order.customer, name, fields[name])
