"""What proves a delivery comes in: a photo, a signature, a note."""

from typing import Any

from sqlalchemy import update

from cxweb.accounts.rules import Acting
from cxweb.core import clock
from cxweb.core.audit import record
from cxweb.core.db import insert_or_leave, session, transaction
from cxweb.core.pictures import NotAPicture, reencoded
from cxweb.orders.models import Proof
from cxweb.orders.queries import by_ref

PHOTO = (1280, 1280, 60_000)
SIGNATURE = (600, 240, 10_000)


def save_proof(ref: str, by: Acting, *, photo: bytes | None, signature: bytes | None, note: str | None) -> None:
    """Store the pictures, re-encoded; what is None stays as it was.

    Raises UnknownOrder, and NotAPicture with the name of the picture.
    """
    # Decoding takes a moment: it is done before anything is locked.
    sent: dict[str, Any] = {
        "photo": _small("photo", photo, *PHOTO),
        "signature": _small("signature", signature, *SIGNATURE),
        "note": note,
    }
    values = {name: value for name, value in sent.items() if value is not None}
    parts = sorted(values)
    with transaction():
        order = by_ref(ref, by.perimeter, lock=True)
        values |= {"recorded_at": clock.now(), "actor": by.actor}
        if not insert_or_leave(Proof, order_id=order.id, **values):
            session().execute(update(Proof).where(Proof.order_id == order.id).values(values))
        record(by.actor, "order.proof", f"order:{order.id}", parts=parts)


def _small(name: str, content: bytes | None, width: int, height: int, longest: int) -> bytes | None:
    if content is None:
        return None
    try:
        return reencoded(content, width, height, longest, paper=True)[0]
    except NotAPicture as error:
        raise NotAPicture(name) from error
