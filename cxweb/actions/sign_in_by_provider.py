"""A member of the staff comes back from the provider: an account that exists is opened, and none is ever made."""

from datetime import datetime

from sqlalchemy import func, select

from cxweb.accounts.models import ProviderLink, User
from cxweb.accounts.rules import network_of
from cxweb.actions.steps.begin_session import SignedIn, begin_session
from cxweb.actions.steps.sign_in_challenges import StaleChallenge, take_challenge
from cxweb.core import clock
from cxweb.core.audit import record
from cxweb.core.db import insert_or_leave, session, transaction
from cxweb.core.oidc import Identity, Provider, ProviderDown, RefusedIdentity, ceremony_of

__all__ = ["ProviderDown", "RefusedIdentity", "StaleChallenge", "UnknownPerson", "sign_in_by_provider"]


class UnknownPerson(Exception):
    """No open account is linked to this person, or has the address that the provider has verified."""


def sign_in_by_provider(
    provider: Provider, key: str, back: str, state: str, code: str, address: str, agent: str = ""
) -> SignedIn:
    """Begin a session for the code that came back with this state.

    Raises StaleChallenge, ProviderDown, RefusedIdentity and UnknownPerson.
    """
    now = clock.now()
    with transaction():
        take_challenge(state, "provider", None, now)
    # Outside of any transaction: the provider takes its time, and nobody may wait for it.
    identity = provider.identity(code, ceremony_of(state, key, back))
    vouched = provider.settings.second_step
    with transaction():
        user = _linked(identity, now) or _newly_linked(identity, now)
        record(f"user:{user.id}", "provider.used", f"user:{user.id}")
        awaits_code = user.has_second_step and not vouched
        token = begin_session(
            user.id, network_of(address), agent, now, awaits_code=awaits_code, vouched=vouched
        )  # fmt: skip
    return SignedIn(token, awaits_code)


def _linked(identity: Identity, now: datetime) -> User | None:
    """The account that was linked to this person before; None for a person who comes for the first time."""
    link = session().get(ProviderLink, (identity.issuer, identity.subject))
    if link is None:
        return None
    user = session().get_one(User, link.user_id)
    if user.disabled_at is not None:
        raise UnknownPerson
    link.last_used_at = now
    return user


def _newly_linked(identity: Identity, now: datetime) -> User:
    """The account of that verified address, linked from now on.

    Not one that is linked to somebody else there: a provider may give an address of old to a new person.
    """
    others = select(ProviderLink.user_id).where(ProviderLink.issuer == identity.issuer)
    open_ = (User.disabled_at.is_(None), User.id.not_in(others))
    user = session().scalar(select(User).where(func.lower(User.email) == identity.email, *open_))
    if not identity.email or user is None:
        raise UnknownPerson
    linked = {"issuer": identity.issuer, "subject": identity.subject, "user_id": user.id}
    if not insert_or_leave(ProviderLink, **linked, linked_at=now, last_used_at=now):
        raise UnknownPerson
    record(f"user:{user.id}", "provider.linked", f"user:{user.id}")
    return user
