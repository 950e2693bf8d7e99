"""What comes in about an order. A field that is absent is kept, one that is None is cleared."""

from datetime import datetime
from typing import TypedDict


class CustomerFields(TypedDict, total=False):
    ref: str | None
    name: str | None
    email: str | None
    phone: str | None
    language: str | None


class DriverFields(TypedDict, total=False):
    ref: str
    name: str | None


class OrderFields(TypedDict, total=False):
    """The fields of an order as the API, a form or a file give them, already parsed."""

    customer: CustomerFields | None
    depot: str | None
    drivers: list[DriverFields] | None
    channel: str | None
    tags: list[str] | None
    route: str | None
    promised_from: datetime | None
    promised_to: datetime | None
    eta: datetime | None
    created_at: datetime | None
    address_line: str | None
    postcode: str | None
    city: str | None
    notify: str | None
    test: bool
