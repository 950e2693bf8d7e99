"""Reading who may enter, and what of the company each of them sees."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import joinedload

from cxweb.accounts.models import ApiKey, KeptAnswer, StaffSession, User
from cxweb.accounts.rules import Client, Perimeter, Staff
from cxweb.company.models import Depot
from cxweb.company.queries import branch
from cxweb.core import tokens
from cxweb.core.db import session


def signed_in_by(token: str, now: datetime) -> Staff | None:
    """The person whose session the token opens, None where there is no such session any more."""
    row = session().execute(
        select(User, Depot.name)
        .join(StaffSession, StaffSession.user_id == User.id)
        .outerjoin(Depot, Depot.id == User.depot_id)
        .where(
            StaffSession.token_digest == tokens.digest(token),
            StaffSession.expires_at > now,
            User.disabled_at.is_(None),
        )
    )
    found = row.first()
    return _facts(*found) if found else None


def _facts(user: User, depot_name: str | None) -> Staff:
    return Staff(
        id=user.id,
        name=user.name,
        email=user.email,
        role=user.role,
        perimeter=Perimeter(user.depot_id),
        language=user.language,
        depot_name=depot_name,
    )


def staff_of(user_id: int) -> Staff | None:
    """The person as of now, for what is done on their behalf while they are away; None where the account is closed."""
    statement = select(User, Depot.name).outerjoin(Depot, Depot.id == User.depot_id)
    found = session().execute(statement.where(User.id == user_id, User.disabled_at.is_(None))).first()
    return _facts(*found) if found else None


def depots_of(perimeter: Perimeter) -> list[Depot]:
    """The depots of the perimeter, by name."""
    statement = select(Depot).order_by(Depot.name, Depot.id)
    if perimeter.depot_id is not None:
        statement = statement.where(Depot.id.in_(branch(perimeter.depot_id)))
    return list(session().scalars(statement))


def actor_names(actors: Iterable[str]) -> dict[str, str]:
    """The names of the people and programs among the actors of a history, by actor."""
    kinds: dict[str, set[int]] = {"user": set(), "key": set()}
    for actor in set(actors):
        kind, _, number = actor.partition(":")
        if kind in kinds and number.isdigit():
            kinds[kind].add(int(number))
    users = select(User.id, User.name).where(User.id.in_(kinds["user"]))
    keys = select(ApiKey.id, ApiKey.name).where(ApiKey.id.in_(kinds["key"]))
    found = {f"user:{id_}": name for id_, name in session().execute(users)}
    return found | {f"key:{id_}": name for id_, name in session().execute(keys)}


def client_of_key(digest: str, now: datetime) -> Client | None:
    """The program whose key has this digest, None for an unknown, revoked or expired one."""
    key = session().scalar(select(ApiKey).where(ApiKey.digest == digest, *_in_force(now)))
    return Client(key.id, key.name, frozenset(key.scopes), Perimeter(key.depot_id), key.last_used_at) if key else None


def _in_force(now: datetime) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    return ApiKey.revoked_at.is_(None), or_(ApiKey.expires_at.is_(None), ApiKey.expires_at > now)


def api_keys(perimeter: Perimeter) -> list[ApiKey]:
    """The keys that reach nothing beyond the perimeter, the newest first, each with its depot."""
    statement = select(ApiKey).options(joinedload(ApiKey.depot)).order_by(ApiKey.id.desc())
    if perimeter.depot_id is not None:
        statement = statement.where(ApiKey.depot_id.in_(branch(perimeter.depot_id)))
    return list(session().scalars(statement))


def is_answered(key_id: int, digest: str) -> bool:
    """Whether the request under this Idempotency-Key is no longer being worked on."""
    held = select(KeptAnswer.key_id).where(KeptAnswer.key_id == key_id, KeptAnswer.digest == digest)
    return session().scalar(held.where(KeptAnswer.status.is_(None))) is None
