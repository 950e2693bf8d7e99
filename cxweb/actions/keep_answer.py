"""A claimed request was answered: the answer is kept for whoever repeats the request."""

import zlib

from sqlalchemy import delete, update

from cxweb.accounts.models import KeptAnswer
from cxweb.core.db import transaction


def keep_answer(key_id: int, digest: str, status: int | None, body: bytes = b"") -> None:
    """Keep the answer; without a status the claim is given up, so that a repetition is worked on anew."""
    mine = (KeptAnswer.key_id == key_id, KeptAnswer.digest == digest, KeptAnswer.status.is_(None))
    with transaction() as opened:
        if status is None:
            opened.execute(delete(KeptAnswer).where(*mine))
        else:
            opened.execute(update(KeptAnswer).where(*mine).values(status=status, body=zlib.compress(body)))
