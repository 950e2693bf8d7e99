"""Takes what comes in about an erased person without whatever tells of that person."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import cast

from cxweb.imports.order_plan import Draft
from cxweb.imports.order_rows import OrderRow
from cxweb.intake.rules import OrderFields
from cxweb.orders.models import Order
from cxweb.privacy.queries import erased_customer_ids, erased_refs

ADDRESS = frozenset({"address_line", "postcode", "city"})
PERSONAL = ADDRESS | {"customer"}


def without_erased(order: Order, fields: OrderFields) -> OrderFields:
    """The fields; without customer and address where the order's customer, or the one that came in, was erased."""
    ref = _customer_ref(fields)
    return _impersonal(fields) if ref and erased_refs([ref]) else without_erased_owner(order, fields)


def without_erased_owner(order: Order | None, fields: OrderFields) -> OrderFields:
    """The same where the customer that came in is known not to be erased; the stored order's may be."""
    erased = order is not None and order.customer is not None and order.customer.erased_at is not None
    return _impersonal(fields) if erased else fields


def many_without_erased(incoming: Sequence[tuple[str, OrderFields]]) -> list[tuple[str, OrderFields]]:
    """Orders by their refs; those that name an erased customer without customer and address."""
    refs = erased_refs({ref for _, fields in incoming if (ref := _customer_ref(fields))})
    return [(ref, _impersonal(fields)) if _customer_ref(fields) in refs else (ref, fields) for ref, fields in incoming]


def rows_without_erased(rows: Sequence[OrderRow], drafts: Mapping[str, Draft]) -> list[OrderRow]:
    """The rows of an import's batch; those of erased people without customer and address."""
    refs = erased_refs({ref for row in rows if (ref := row.fields.get("customer"))})
    stored = {draft.customer_id for draft in drafts.values() if draft.customer_id is not None}
    gone = erased_customer_ids(stored) if stored else set()
    if not refs and not gone:
        return list(rows)
    return [
        _bare(row) if row.fields.get("customer") in refs or _customer_id(row, drafts) in gone else row for row in rows
    ]


def _customer_id(row: OrderRow, drafts: Mapping[str, Draft]) -> int | None:
    draft = drafts.get(row.ref)
    return draft.customer_id if draft is not None else None


def _bare(row: OrderRow) -> OrderRow:
    fields = {name: value for name, value in row.fields.items() if name not in PERSONAL}
    return replace(row, fields=fields, contact={})


def _customer_ref(fields: OrderFields) -> str | None:
    return (fields.get("customer") or {}).get("ref")


def _impersonal(fields: OrderFields) -> OrderFields:
    return cast(OrderFields, {name: value for name, value in fields.items() if name not in PERSONAL})
