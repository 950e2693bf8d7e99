"""The handle by which a device knows an account: always the same for a person, and telling nobody who that is."""

from cxweb.actions.steps.digest_contact import lasting_key
from cxweb.core import tokens


def passkey_handle(user_id: int) -> bytes:
    """32 bytes. A device that makes a second passkey for it replaces its first."""
    return bytes.fromhex(tokens.keyed_digest(lasting_key(), f"passkeys of user {user_id}"))
