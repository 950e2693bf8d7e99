"""A member of the staff enters the code of the second step, and the session begins that the password had earned."""

from datetime import datetime

from sqlalchemy import delete, select, update

from cxweb.accounts.models import StaffSession, User
from cxweb.accounts.rules import MOST_TRIES, network_of
from cxweb.actions.steps.begin_session import begin_session
from cxweb.actions.steps.check_code import check_code, code_account
from cxweb.actions.steps.claim_try import TooManyAttempts, claim_try, forget_tries
from cxweb.core import clock, tokens
from cxweb.core.db import session, transaction

__all__ = ["SignInAgain", "TooManyAttempts", "WrongCode", "enter_code"]


class WrongCode(Exception):
    """Not a code of now, or one that was used before."""


class SignInAgain(Exception):
    """The password was entered too long ago, or too many codes were wrong since."""


def enter_code(token: str, code: str, address: str, agent: str = "") -> str:
    """The token of the session that begins. Raises WrongCode, SignInAgain and TooManyAttempts.

    A wrong code is written down in a transaction of its own that stands, and then told.
    """
    now, network = clock.now(), network_of(address)
    with transaction():
        user = _waiting(token, now)
        account = code_account(user.id)
        claim_try(account, network, now)
        if check_code(user, code, now):
            forget_tries(account, network)
            session().execute(delete(StaffSession).where(StaffSession.token_digest == tokens.digest(token)))
            return begin_session(user.id, network, agent, now)
    raise WrongCode


def _waiting(token: str, now: datetime) -> User:
    """Whose code is waited for; counts the try. Raises SignInAgain."""
    counted = (
        update(StaffSession)
        .where(
            StaffSession.token_digest == tokens.digest(token),
            StaffSession.awaits_code.is_(True),
            StaffSession.expires_at > now,
            StaffSession.code_tries < MOST_TRIES,
        )
        .values(code_tries=StaffSession.code_tries + 1)
        .returning(StaffSession.user_id)
    )
    user_id = session().scalar(counted)
    if user_id is None:
        raise SignInAgain
    user = session().scalars(select(User).where(User.id == user_id).with_for_update()).one()
    if user.disabled_at is not None or not user.has_second_step:
        raise SignInAgain
    return user
