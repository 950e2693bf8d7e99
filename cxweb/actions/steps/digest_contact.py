"""The keyed digest of a contact: what is still known of a person once the contact itself is erased."""

from cxweb.company.models import Setting
from cxweb.company.queries import DIGEST_KEY, digest_key
from cxweb.core import clock, tokens
from cxweb.core.db import insert_or_leave
from cxweb.notifications.rules import contact_text


def digest_contact(channel: str, contact: str) -> str:
    """The digest of a normalised e-mail address or phone number."""
    return tokens.keyed_digest(lasting_key(), contact_text(channel, contact))


def lasting_key() -> str:
    """The company's key for digests, made at the first call."""
    key = digest_key()
    if key is None:
        insert_or_leave(Setting, key=DIGEST_KEY, value=tokens.new_secret(), updated_at=clock.now())
        # Of two processes at once, one made it.
        key = digest_key()
    return key or ""
