"""The company's logo changes, or goes."""

import hashlib

from sqlalchemy import delete, update

from cxweb.accounts.rules import Acting
from cxweb.company.models import Logo, Setting
from cxweb.company.queries import forget_settings
from cxweb.company.rules import LOGO_KEY
from cxweb.core import clock
from cxweb.core.audit import record
from cxweb.core.db import after_commit, insert_or_leave, session, transaction
from cxweb.core.pictures import reencoded

# Twice the size it is shown at, for screens with small dots.
WIDTH, HEIGHT = 320, 88
LONGEST = 3_000


def change_logo(content: bytes | None, by: Acting) -> None:
    """Store the picture as the logo, re-encoded; None takes the logo away. Raises NotAPicture."""
    made = reencoded(content, WIDTH, HEIGHT, LONGEST) if content is not None else None
    now = clock.now()
    with transaction():
        session().execute(delete(Logo))
        session().execute(delete(Setting).where(Setting.key == LOGO_KEY))
        if made is not None:
            encoded, width, height = made
            digest = hashlib.sha256(encoded).hexdigest()[:16]
            session().add(Logo(digest=digest, content=encoded, added_at=now))
            value = f"{digest} {(width + 1) // 2} {(height + 1) // 2}"
            if not insert_or_leave(Setting, key=LOGO_KEY, value=value, updated_at=now):
                session().execute(update(Setting).where(Setting.key == LOGO_KEY).values(value=value, updated_at=now))
        record(by.actor, "logo.changed" if made else "logo.removed", "company")
        after_commit(forget_settings)
