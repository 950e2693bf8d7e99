"""A person asks what is known of them: everything goes into one file, and who took it is on record."""

import json

from cxweb.accounts.rules import Staff
from cxweb.actions.steps.find_person import find_person
from cxweb.actions.steps.gather_person import gather_person
from cxweb.core.audit import record
from cxweb.core.db import transaction
from cxweb.exports.zipped import zipped


def export_person(customer_id: int, by: Staff) -> bytes:
    """A ZIP archive of `data.json`, the person's rows by table, and the pictures of their proofs of delivery.

    Raises UnknownCustomer, and ForbiddenAct for who sees only a part of the company.
    """
    by.require_whole("settings")
    with transaction():
        tables, pictures = gather_person(find_person(None, customer_id).customer_ids)
        record(by.actor, "customer.exported", f"customer:{customer_id}")
    data = json.dumps(tables, ensure_ascii=False, indent=1)
    return zipped({"data.json": data.encode(), **pictures})
