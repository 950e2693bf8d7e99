"""A member of the staff signs in with a passkey: what they hold and what they are or know, so both steps at once."""

from sqlalchemy import delete, select

from cxweb.accounts.models import Passkey, StaffSession, User
from cxweb.accounts.passkeys import awaited
from cxweb.accounts.rules import counter_holds, network_of
from cxweb.actions.steps.begin_session import begin_session
from cxweb.actions.steps.claim_try import TooManyAttempts, claim_try, forget_tries
from cxweb.actions.steps.passkey_handle import passkey_handle
from cxweb.actions.steps.sign_in_challenges import StaleChallenge, take_challenge
from cxweb.core import clock, tokens
from cxweb.core.audit import record
from cxweb.core.db import session, transaction
from cxweb.core.passkeys import Answer, RefusedPasskey, Site, answer_of, use_of

__all__ = ["RefusedPasskey", "StaleChallenge", "TooManyAttempts", "sign_in_by_passkey"]


def sign_in_by_passkey(
    answer: str, challenge: str, site: Site, address: str, agent: str = "", waiting: str = ""
) -> str:
    """The token of the session that begins; `waiting` is that of one whose second step this is, and which ends.

    Raises RefusedPasskey, StaleChallenge and TooManyAttempts.
    """
    now, network, found = clock.now(), network_of(address), answer_of(answer)
    account = tokens.digest(f"passkey {found.id}")
    with transaction():
        claim_try(account, network, now)
        user = awaited(waiting, now)
        user_id = user.id if user else None
    with transaction():
        take_challenge(challenge, "passkey", user_id, now)
    with transaction():
        passkey = _passkey(found, user_id)
        count = use_of(site, challenge, found, passkey.public_key)
        if counter_holds(passkey.sign_count, count):
            passkey.sign_count, passkey.last_used_at = count, now
            forget_tries(account, network)
            session().execute(delete(StaffSession).where(StaffSession.token_digest == tokens.digest(waiting)))
            record(f"user:{passkey.user_id}", "passkey.used", f"user:{passkey.user_id}")
            return begin_session(passkey.user_id, network, agent, now)
        record("system", "passkey.copied", f"user:{passkey.user_id}")
    raise RefusedPasskey("its counter went back: there may be a copy of it")


def _passkey(answer: Answer, user_id: int | None) -> Passkey:
    """The passkey that answers, locked: of that person where it is known who signs in. Raises RefusedPasskey."""
    found = select(Passkey).join(User).where(Passkey.credential_id == answer.id, User.disabled_at.is_(None))
    passkey = session().scalar(found.with_for_update(of=Passkey))
    if passkey is None or user_id not in {None, passkey.user_id}:
        raise RefusedPasskey("it belongs to no open account, or to another person")
    # A device that finds the account by itself says whose it is; one that was told which passkeys there are need not.
    if answer.handle != passkey_handle(passkey.user_id) and not (answer.handle is None and user_id is not None):
        raise RefusedPasskey("it was made for another account")
    return passkey
