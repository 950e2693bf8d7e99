"""A program sends a request that it may have sent before: whoever claims it works on it, the others get its answer."""

import zlib
from typing import NamedTuple

from sqlalchemy import delete, select

from cxweb.accounts.models import KeptAnswer
from cxweb.accounts.rules import ANSWER_HELD, ANSWERS_KEPT, OtherRequest, StillRunning
from cxweb.core import clock
from cxweb.core.db import insert_or_leave, session, transaction


class Kept(NamedTuple):
    """The answer that was given before."""

    status: int
    body: bytes


def claim_answer(key_id: int, digest: str, request: str) -> Kept | None:
    """Claim the request, or get its answer where it was answered before; None: it is ours, and keep_answer() ends it.

    Raises OtherRequest where the same key came with another request, StillRunning while somebody works on it.
    """
    now = clock.now()
    mine = (KeptAnswer.key_id == key_id, KeptAnswer.digest == digest)
    with transaction() as opened:
        opened.execute(delete(KeptAnswer).where(*mine, KeptAnswer.asked_at <= now - ANSWERS_KEPT))
        new = {"request": request, "asked_at": now, "held_until": now + ANSWER_HELD}
        if insert_or_leave(KeptAnswer, key_id=key_id, digest=digest, **new):
            return None
        kept = session().scalars(select(KeptAnswer).where(*mine).with_for_update()).one()
        if kept.request != request:
            raise OtherRequest
        if kept.status is not None and kept.body is not None:
            return Kept(kept.status, zlib.decompress(kept.body))
        if kept.held_until > now:
            raise StillRunning
        # Whoever held it died over it. Each request may be repeated by itself: it sets what is, and adds nothing.
        kept.held_until = now + ANSWER_HELD
        return None
