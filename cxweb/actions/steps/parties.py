"""The depots, drivers and customers that incoming orders name: looked up, created where unknown, within a perimeter."""

from collections.abc import Collection, Iterable, Mapping
from typing import Any, TypeVar

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from cxweb.accounts.filters import inside
from cxweb.accounts.rules import Perimeter
from cxweb.company.models import Depot
from cxweb.core.db import dialect_name, session
from cxweb.intake.rules import DriverFields, OrderFields
from cxweb.orders.models import CrewMember, Customer, Driver, Order
from cxweb.orders.rules import OutsidePerimeter

Party = TypeVar("Party", Depot, Driver, Customer)
CONTACT = ("name", "email", "phone", "language")


class Parties:
    """Whom orders name, each looked up once. With `look_up` and `add` beforehand, many orders take few statements."""

    def __init__(self, perimeter: Perimeter) -> None:
        # What comes in is a change, so nothing beyond what is acted on counts.
        self.perimeter = perimeter.reach
        self._found: dict[type[Any], dict[str, Any]] = {Depot: {}, Driver: {}, Customer: {}}
        # Which of these the perimeter shares with others, by their ids; looked up where it matters.
        self._shared: dict[type[Any], dict[int, bool]] = {Driver: {}, Customer: {}}
        self._branch: set[int] | None = None

    def look_up(self, orders: Iterable[OrderFields]) -> None:
        """Find those who are known already; nobody is created."""
        for model, wanted in _named(orders, self.perimeter).items():
            self._find(model, wanted)

    def add(self, orders: Iterable[OrderFields]) -> None:
        """Create everybody who is not known yet, after look_up()."""
        insert = sqlite_insert if dialect_name() == "sqlite" else postgresql_insert
        for model, wanted in _named(orders, self.perimeter).items():
            # In one order everywhere, so that two programs at once wait for each other and not for ever.
            missing = sorted(wanted.keys() - self._found[model].keys())
            if missing:
                # Another process may add the same ref at this moment: the unique constraint decides.
                rows = [{"ref": ref, "is_demo": False, **wanted[ref]} for ref in missing]
                session().connection().execute(insert(model).on_conflict_do_nothing(), rows)
                self._find(model, missing)
        if not self.perimeter.whole:
            self._look_who_is_shared(Customer, [found.id for found in self._found[Customer].values()])
            self._look_who_is_shared(Driver, [found.id for found in self._found[Driver].values()])

    def check(self, fields: OrderFields) -> None:
        """Raises OutsidePerimeter where the order's depot is none of the perimeter; an unknown one will be inside, if
        there is one branch to put it in."""
        if "depot" not in fields or self.perimeter.whole:
            return
        ref = fields["depot"]
        known = self._found[Depot].get(ref) if ref is not None else None
        if ref is None or (known is None and self.perimeter.home is None):
            raise OutsidePerimeter
        if known is not None and known.id not in self._inside():
            raise OutsidePerimeter

    def home(self) -> int | None:
        """The depot of an order that names none. Raises OutsidePerimeter where the perimeter has several branches."""
        if not self.perimeter.whole and self.perimeter.home is None:
            raise OutsidePerimeter
        return self.perimeter.home

    def first_depot_id(self, fields: OrderFields) -> int | None:
        """The depot of a new order before it is filled, so that it lies within the perimeter from the start."""
        scattered = not self.perimeter.whole and self.perimeter.home is None
        return self.depot_id(fields.get("depot")) if scattered else self.perimeter.home

    def depot_id(self, ref: str | None) -> int | None:
        """The depot's id within the perimeter; a new ref becomes a depot below the perimeter's own."""
        if ref is not None and (self.perimeter.whole or self.perimeter.home is not None):
            self._known(Depot, ref, {"name": ref, "parent_id": self.perimeter.home})
        elif ref is not None:
            self._find(Depot, [ref])
        self.check({"depot": ref})
        return None if ref is None else int(self._found[Depot][ref].id)

    def driver(self, fields: DriverFields) -> Driver:
        """The driver, under the name that came in, unless other perimeters know them too: no name crosses over."""
        ref, name = fields["ref"], fields.get("name")
        driver = self._known(Driver, ref, {"name": name or ref})
        if name and name != driver.name and not self._is_shared(Driver, driver.id):
            driver.name = name
        return driver

    def customer(self, ref: str) -> Customer | None:
        """The customer of that ref; None where other perimeters deliver to them too: no contact data crosses over."""
        customer = self._known(Customer, ref, {})
        return None if self._is_shared(Customer, customer.id) else customer

    def _known(self, model: type[Party], ref: str, new: Mapping[str, Any]) -> Party:
        if ref not in self._found[model]:
            insert = sqlite_insert if dialect_name() == "sqlite" else postgresql_insert
            values = {"ref": ref, "is_demo": False, **new}
            session().execute(insert(model).values(values).on_conflict_do_nothing())
            self._find(model, [ref])
            self._branch = None
        found: Party = self._found[model][ref]
        return found

    def _find(self, model: type[Any], refs: Collection[str]) -> None:
        if refs:
            rows = session().scalars(select(model).where(model.ref.in_(refs)))
            self._found[model] |= {row.ref: row for row in rows}

    def _inside(self) -> set[int]:
        if self._branch is None:
            self._branch = set(session().scalars(select(Depot.id).where(inside(Depot.id, self.perimeter))))
        return self._branch

    def _is_shared(self, model: type[Any], party_id: int) -> bool:
        if self.perimeter.whole:
            return False
        if party_id not in self._shared[model]:
            self._look_who_is_shared(model, [party_id])
        return self._shared[model][party_id]

    def _look_who_is_shared(self, model: type[Any], ids: Collection[int]) -> None:
        """Note whose orders do not all lie within the perimeter."""
        party_id = Order.customer_id if model is Customer else CrewMember.driver_id
        outside = Order.depot_id.is_(None) | ~inside(Order.depot_id, self.perimeter)
        statement = select(party_id).distinct().where(party_id.in_(ids), outside)
        if model is Driver:
            statement = statement.join(Order, Order.id == CrewMember.order_id)
        shared = set(session().scalars(statement)) if ids else set()
        self._shared[model] |= {party: party in shared for party in ids}


def _named(orders: Iterable[OrderFields], perimeter: Perimeter) -> dict[type[Any], dict[str, dict[str, Any]]]:
    """The refs of everybody whom the orders name, with the columns of a new one."""
    depots: dict[str, dict[str, Any]] = {}
    drivers: dict[str, dict[str, Any]] = {}
    customers: dict[str, dict[str, Any]] = {}
    for fields in orders:
        depot, customer = fields.get("depot"), fields.get("customer")
        if depot is not None:
            depots[depot] = {"name": depot, "parent_id": perimeter.home}
        for driver in fields.get("drivers") or ():
            drivers.setdefault(driver["ref"], {"name": driver.get("name") or driver["ref"]})
        if customer is not None and customer.get("ref"):
            # What the last of them says; where nobody is new, this is not looked at.
            contact = {name: customer[name] for name in CONTACT if name in customer}  # type: ignore[literal-required]
            customers.setdefault(str(customer["ref"]), dict.fromkeys(CONTACT)).update(contact)
    return {Depot: depots, Driver: drivers, Customer: customers}
