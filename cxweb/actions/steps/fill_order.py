"""Writes what came in about an order onto its row; unknown depots and drivers are created."""

from sqlalchemy import Select, select

from cxweb.accounts.rules import Perimeter
from cxweb.actions.steps.leave_out_erased import without_erased
from cxweb.company.models import Depot
from cxweb.company.queries import branch, depot_by_ref
from cxweb.core.db import insert_or_leave, session
from cxweb.intake.rules import CustomerFields, DriverFields, OrderFields
from cxweb.orders.models import CrewMember, Customer, Driver, Order, OrderTag
from cxweb.orders.rules import COMPLETED, FixedByCompletion, OutsidePerimeter

PLAIN = ("route", "promised_from", "promised_to", "eta", "address_line", "postcode", "city", "notify")


def fill(order: Order, fields: OrderFields, perimeter: Perimeter) -> None:
    """Set every field that came in, without those of an erased person. Raises FixedByCompletion or OutsidePerimeter."""
    fields = without_erased(order, fields)
    for name in PLAIN:
        if name in fields:
            setattr(order, name, fields[name])  # type: ignore[literal-required]
    if fields.get("created_at") is not None:
        order.created_at = fields["created_at"]  # type: ignore[assignment]
    if "test" in fields and order.status != COMPLETED:
        order.is_test = fields["test"]
    if "customer" in fields:
        _fill_customer(order, fields["customer"], perimeter)
    if "depot" in fields:
        _set(order, "depot_id", _depot_id(fields["depot"], perimeter), "depot")
    elif order.depot_id is None:
        _set(order, "depot_id", perimeter.depot_id, "depot")
    if "channel" in fields:
        _set(order, "channel", fields["channel"] or "delivery", "channel")
    if "tags" in fields:
        set_tags(order, [tag for tag in fields["tags"] or [] if tag])
    if "drivers" in fields:
        set_crew(order, fields["drivers"] or [], perimeter)


def set_crew(order: Order, drivers: list[DriverFields], perimeter: Perimeter) -> None:
    """Make these drivers the order's crew, in this order. Raises FixedByCompletion where that would change it."""
    wanted = list(dict.fromkeys(driver["ref"] for driver in drivers))
    known = {driver["ref"]: _driver(driver, perimeter) for driver in drivers}
    if [member.driver.ref for member in order.crew] == wanted:
        if order.status != COMPLETED:
            for member in order.crew:
                member.driver_name = member.driver.name
        return
    _check_open(order, "drivers")
    order.crew.clear()
    session().flush()
    for position, ref in enumerate(wanted):
        order.crew.append(CrewMember(driver=known[ref], position=position, driver_name=known[ref].name))


def set_tags(order: Order, tags: list[str]) -> None:
    wanted = sorted(set(tags))
    if [tag.tag for tag in order.tags] == wanted:
        return
    _check_open(order, "tags")
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


def _fill_customer(order: Order, fields: CustomerFields | None, perimeter: Perimeter) -> None:
    if fields is None:
        order.customer = None
        return
    known = _customer(fields["ref"], perimeter) if fields.get("ref") else None
    if known is not None:
        order.customer = known
    elif order.customer is None or (order.customer.ref is not None and "ref" in fields):
        order.customer = Customer()
    for name in ("name", "email", "phone", "language"):
        if name in fields:
            setattr(order.customer, name, fields[name])


def _customer(ref: str | None, perimeter: Perimeter) -> Customer | None:
    """The customer of that ref; None where other perimeters deliver to them too: no contact data crosses over."""
    insert_or_leave(Customer, ref=ref, is_demo=False)
    customer = session().scalars(select(Customer).where(Customer.ref == ref)).one()
    return customer if _own(select(Order.id).where(Order.customer_id == customer.id), perimeter) else None


def _own(orders: Select[int], perimeter: Perimeter) -> bool:
    """Whether all of these orders lie within the perimeter."""
    if perimeter.depot_id is None:
        return True
    outside = Order.depot_id.is_(None) | Order.depot_id.not_in(branch(perimeter.depot_id))
    return session().scalar(orders.where(outside).limit(1)) is None


def _driver(fields: DriverFields, perimeter: Perimeter) -> Driver:
    ref, name = fields["ref"], fields.get("name")
    insert_or_leave(Driver, ref=ref, name=name or ref, is_demo=False)
    driver = session().scalars(select(Driver).where(Driver.ref == ref)).one()
    driven = select(Order.id).join(CrewMember, CrewMember.order_id == Order.id)
    if name and name != driver.name and _own(driven.where(CrewMember.driver_id == driver.id), perimeter):
        driver.name = name
    return driver


def _depot_id(ref: str | None, perimeter: Perimeter) -> int | None:
    """The depot's id within the perimeter; a new ref becomes a depot below the perimeter's own."""
    if ref is None:
        if not perimeter.whole:
            raise OutsidePerimeter
        return None
    insert_or_leave(Depot, ref=ref, name=ref, parent_id=perimeter.depot_id, is_demo=False)
    depot = depot_by_ref(ref)
    if depot is None:
        raise OutsidePerimeter
    if perimeter.depot_id is not None and not session().scalar(
        select(Depot.id).where(Depot.id == depot.id, Depot.id.in_(branch(perimeter.depot_id)))
    ):
        raise OutsidePerimeter
    return depot.id
