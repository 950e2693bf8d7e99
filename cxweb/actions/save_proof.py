"""What proves a delivery comes in: a photo, a signature, a note."""

from typing import Any

from cxweb.accounts.rules import Acting
from cxweb.core import clock
from cxweb.core.audit import record
from cxweb.core.db import insert_or_leave, session, transaction
from cxweb.core.pictures import reencoded
from cxweb.orders.models import Proof
from cxweb.orders.queries import by_ref

PHOTO = (1280, 1280, 60_000)
SIGNATURE = (600, 240, 10_000)


def save_proof(ref: str, by: Acting, *, photo: bytes | None, signature: bytes | None, note: str | None) -> None:
    """Store the pictures, re-encoded; what is None stays as it was. Raises UnknownOrder and NotAPicture."""
    # Decoding takes a moment: it is done before anything is locked.
    sent: dict[str, Any] = {"note": note}
    sent["photo"] = reencoded(photo, *PHOTO)[0] if photo is not None else None
    sent["signature"] = reencoded(signature, *SIGNATURE, paper=True)[0] if signature is not None else None
    values = {name: value for name, value in sent.items() if value is not None}
    with transaction():
        order = by_ref(ref, by.perimeter, lock=True)
        values |= {"recorded_at": clock.now(), "actor": by.actor}
        if not insert_or_leave(Proof, order_id=order.id, **values):
            proof = session().get_one(Proof, order.id)
            for name, value in values.items():
                setattr(proof, name, value)
        record(by.actor, "order.proof", f"order:{order.id}", parts=sorted(name for name in sent if sent[name]))
