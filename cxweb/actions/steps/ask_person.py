"""Notes who is invited to rate, so that nobody is invited too often."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select

from cxweb.actions.steps.digest_contact import lasting_key
from cxweb.actions.steps.waiting_messages import Waiting, throttle
from cxweb.company.rules import CompanySettings
from cxweb.core import tokens
from cxweb.core.db import session, upsert_many
from cxweb.core.recipients import recipient_of
from cxweb.notifications.models import Asked
from cxweb.notifications.rules import contact_text


class People:
    """When each person of a batch was last invited. A person is known by any of ref, e-mail address and phone."""

    def __init__(self, rows: Sequence[Waiting], company: CompanySettings) -> None:
        self._company = company
        self._key = lasting_key()
        self._digests = {row.id: self._of(row) for row in rows if row.invites and not row.is_demo}
        every = sorted({digest for digests in self._digests.values() for digest in digests})
        found = session().execute(select(Asked.digest, Asked.asked_at, Asked.order_id).where(Asked.digest.in_(every)))
        self._asked = {digest: (asked_at, order_id) for digest, asked_at, order_id in found}
        self._new: dict[str, tuple[datetime, int]] = {}

    def throttled(self, row: Waiting, now: datetime) -> bool:
        """Whether another order invited this person too recently. The same order's other messages do not count."""
        since = now - throttle(self._company)
        asked = (self._asked[digest] for digest in self._digests.get(row.id, ()) if digest in self._asked)
        return any(order_id != row.order_id and asked_at > since for asked_at, order_id in asked)

    def ask(self, row: Waiting, now: datetime) -> None:
        """Note that this person is invited now."""
        for digest in self._digests.get(row.id, ()):
            self._asked[digest] = self._new[digest] = (now, row.order_id)

    def store(self) -> None:
        """Write what was noted into the open transaction."""
        rows = [
            {"digest": digest, "asked_at": asked_at, "order_id": order_id}
            for digest, (asked_at, order_id) in sorted(self._new.items())
        ]
        upsert_many(Asked, rows, key="digest")

    def _of(self, row: Waiting) -> list[str]:
        # An address that cannot be written to names a person too, so it is not checked as a recipient is.
        email, phone = (row.email or "").strip(), recipient_of("sms", row.phone, self._company.company_country)
        named = (("ref", row.customer_ref), ("email", email), ("sms", phone))
        return [tokens.keyed_digest(self._key, contact_text(kind, text)) for kind, text in named if text]
