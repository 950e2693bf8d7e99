"""A member of the staff adds the passkey that the browser has made."""

from cxweb.accounts.models import Passkey
from cxweb.accounts.queries import recovery_codes_left
from cxweb.accounts.rules import Staff
from cxweb.actions.steps.find_user import locked_user
from cxweb.actions.steps.give_recovery_codes import give_recovery_codes
from cxweb.actions.steps.sign_in_challenges import StaleChallenge, take_challenge
from cxweb.core import clock
from cxweb.core.audit import record
from cxweb.core.db import insert_or_leave, transaction
from cxweb.core.passkeys import RefusedPasskey, Site, new_passkey_of

__all__ = ["RefusedPasskey", "StaleChallenge", "add_passkey"]


def add_passkey(answer: str, name: str, challenge: str, site: Site, by: Staff) -> list[str]:
    """Recovery codes, shown this once, where the person has none left. Raises RefusedPasskey and StaleChallenge.

    From now on the password alone opens the account no more.
    """
    now = clock.now()
    with transaction():
        take_challenge(challenge, "new_passkey", by.id, now)
    new = new_passkey_of(site, challenge, answer)
    with transaction():
        locked_user(by.id)
        added = insert_or_leave(
            Passkey, user_id=by.id, credential_id=new.id, public_key=new.public_key, sign_count=new.sign_count,
            transports=new.transports, name=name, created_at=now,
        )  # fmt: skip
        if not added:
            raise RefusedPasskey("its id is registered already")
        record(by.actor, "passkey.added", f"user:{by.id}")
        return [] if recovery_codes_left(by.id) else give_recovery_codes(by.id)
