"""Decides which contact data counts where a customer's orders do not agree: that of the newest order."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from cxweb.imports.order_rows import CONTACT

# An order's place in time: when it was created, then its id.
Age = tuple[datetime, float]
# A new order will get a greater id than all others.
NO_ID_YET = float("inf")


@dataclass(slots=True)
class Party:
    """A customer: the row's id where there is one, the contact data, and the newest order that gave any."""

    id: int | None
    contact: dict[str, str | None]
    newest: Age | None = None
    changed: bool = False
    # The contact data before the first change.
    former: dict[str, str | None] | None = None

    def take(self, given: Mapping[str, str], age: Age) -> bool:
        """Let an order's contact data in, unless a newer order knows better; whether that changed any."""
        if self.newest is not None and age < self.newest and not self._is_newest(age):
            return False
        self.newest = age
        differing = {name: value for name, value in given.items() if self.contact[name] != value}
        if differing:
            self.former = self.former or self.contact.copy()
            self.contact.update(differing)
            self.changed = True
        return bool(differing)

    def _is_newest(self, age: Age) -> bool:
        """Whether it is the newest order itself, whose creation this very row may have moved."""
        return self.newest is not None and age[1] == self.newest[1] != NO_ID_YET


class Customers:
    """The customers of one batch: those with a ref by it, those without by the ref of their only order."""

    def __init__(self, named: dict[str, Party], private: dict[str, Party], defaults: Mapping[str, str]) -> None:
        """`defaults` is the contact data of a new customer that no column gives."""
        self.named = named
        self.private = private
        self._blank: dict[str, str | None] = {**dict.fromkeys(CONTACT), **defaults}

    def take(self, ref: str | None, order_ref: str, contact: Mapping[str, str], age: Age) -> bool:
        """Let an order's contact data in; whether anything changed. What is empty clears nothing."""
        if ref is None and not contact:
            return False
        parties, key = (self.private, order_ref) if ref is None else (self.named, ref)
        party = parties.get(key)
        if party is None:
            party = parties[key] = Party(None, self._blank.copy(), changed=True)
        return party.take(contact, age)
