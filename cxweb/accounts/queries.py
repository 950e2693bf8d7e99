"""Reading who may enter, and what of the company each of them sees."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, SQLColumnExpression, false, func, literal, or_, select
from sqlalchemy.orm import joinedload, selectinload

from cxweb.accounts.filters import AuditFilter, inside
from cxweb.accounts.models import (
    AccountLink,
    ApiKey,
    KeptAnswer,
    PasswordRequest,
    RecoveryCode,
    StaffSession,
    User,
    UserBranch,
)
from cxweb.accounts.rules import Client, ForbiddenAct, Perimeter, Staff
from cxweb.company.models import Depot
from cxweb.company.queries import ancestors
from cxweb.core import clock, paging, tokens
from cxweb.core.audit import AuditEntry
from cxweb.core.db import session
from cxweb.core.sealed import opened_or_none


class UnknownUser(LookupError):
    """No account has this id within the perimeter, or a closed one."""


class UnknownLink(LookupError):
    """The mailed address opens nothing: made up, used, replaced, or too old."""


class UnknownDepotId(LookupError):
    """No depot has this id within the perimeter."""


def signed_in_by(token: str, now: datetime, idle: timedelta) -> Staff | None:
    """The person whose session the token opens, None where there is none any more, or one left alone for so long."""
    live = (
        StaffSession.token_digest == tokens.digest(token),
        StaffSession.expires_at > now,
        StaffSession.seen_at > now - idle,
        StaffSession.awaits_code.is_(False),
    )
    statement = _parts(StaffSession.seen_at, StaffSession.vouched).join(StaffSession, StaffSession.user_id == User.id)
    return _facts(session().execute(statement.where(*live)).all())


def _parts(seen_at: SQLColumnExpression[datetime], vouched: SQLColumnExpression[bool]) -> Select[*tuple[Any, ...]]:
    """An open account in as many rows as it has parts of the company: one statement a click, and not two."""
    columns: Select[*tuple[Any, ...]] = select(User, seen_at, vouched, UserBranch, Depot.name)
    statement = columns.outerjoin(User.branches)
    return statement.outerjoin(UserBranch.depot).where(User.disabled_at.is_(None)).order_by(Depot.name, Depot.id)


def _facts(rows: Sequence[Any]) -> Staff | None:
    if not rows:
        return None
    user, seen_at, vouched = rows[0][:3]
    parts = [(part, name) for *_, part, name in rows if part is not None]
    return Staff(
        id=user.id,
        name=user.name,
        email=user.email,
        role=user.role,
        perimeter=Perimeter.given((part.depot_id, part.acting) for part, _name in parts),
        language=user.language,
        depot_names=tuple(name for _part, name in parts if name is not None),
        has_totp=user.totp_since is not None,
        has_passkey=user.has_passkey,
        vouched=vouched,
        seen_at=seen_at,
    )


def staff_of(user_id: int) -> Staff | None:
    """The person as of now, for what is done on their behalf while they are away; None where the account is closed."""
    return _facts(session().execute(_parts(literal(clock.now()), literal(False)).where(User.id == user_id)).all())


def awaits_code(token: str, now: datetime) -> bool:
    """Whether the password was right in this browser and the code is still to come."""
    waiting = (StaffSession.token_digest == tokens.digest(token), StaffSession.expires_at > now)
    found = select(StaffSession.user_id).where(*waiting, StaffSession.awaits_code.is_(True))
    return session().scalar(found) is not None


def people_within(perimeter: Perimeter) -> Select[User]:
    """The accounts that see nothing beyond the perimeter; of the whole company, all of them."""
    if perimeter.whole:
        return select(User)
    beyond = UserBranch.depot_id.is_(None) | ~inside(UserBranch.depot_id, perimeter)
    return select(User).where(User.branches.any(), ~User.branches.any(beyond))


def people(perimeter: Perimeter) -> list[User]:
    """Those accounts by name, the closed ones last."""
    statement = people_within(perimeter).options(selectinload(User.branches).joinedload(UserBranch.depot))
    return list(session().scalars(statement.order_by(User.disabled_at.is_not(None), User.name, User.id)))


def person_of(user_id: int, perimeter: Perimeter) -> User:
    """One of those accounts. Raises UnknownUser."""
    user = session().scalar(people_within(perimeter).where(User.id == user_id))
    if user is None:
        raise UnknownUser(user_id)
    return user


def is_administered(user_id: int, perimeter: Perimeter) -> bool:
    """Whether all that the account sees is acted on by whoever has the perimeter."""
    administered = people_within(perimeter.reach).with_only_columns(User.id)
    return session().scalar(administered.where(User.id == user_id)) is not None


def has_part_with(depot_id: int | None, *, acting: bool = False) -> ColumnElement[bool]:
    """That an account sees the depot (None: what is the whole company's), or with `acting` acts on it."""
    above = UserBranch.depot_id.in_(ancestors(depot_id)) if depot_id is not None else false()
    held = or_(UserBranch.depot_id.is_(None), above)
    return User.branches.any(held & UserBranch.acting if acting else held)


def open_links(user_ids: Iterable[int], now: datetime) -> dict[int, AccountLink]:
    """The mailed address of each that still opens something, by the account."""
    still = (AccountLink.closed_at.is_(None), AccountLink.expires_at > now)
    found = session().scalars(select(AccountLink).where(AccountLink.user_id.in_(set(user_ids)), *still))
    return {link.user_id: link for link in found}


def open_link_of(secret: str, key: str, now: datetime) -> AccountLink:
    """The mailed address that this secret is, sealed with the product's key. Raises UnknownLink."""
    nonce = tokens.unsealed(key, secret)
    still = (AccountLink.closed_at.is_(None), AccountLink.expires_at > now, User.disabled_at.is_(None))
    statement = select(AccountLink).join(User).where(AccountLink.nonce == nonce, *still)
    link = session().scalar(statement) if nonce is not None else None
    if link is None:
        raise UnknownLink
    return link


def password_requests() -> list[int]:
    """The requests for a new password that wait, the oldest first."""
    return list(session().scalars(select(PasswordRequest.id).order_by(PasswordRequest.id)))


def account_mails_due(now: datetime) -> list[int]:
    """The addresses whose mail is to leave now, the oldest first."""
    due = (AccountLink.state == "pending", AccountLink.next_attempt_at <= now)
    still = (AccountLink.closed_at.is_(None), AccountLink.expires_at > now)
    return list(session().scalars(select(AccountLink.id).where(*due, *still).order_by(AccountLink.id)))


def password_hash_of(user_id: int) -> str | None:
    return session().scalar(select(User.password_hash).where(User.id == user_id))


def totp_secret_of(user_id: int) -> str | None:
    """The secret that waits for its first code; None where there is none that opens, and once it is in force."""
    waiting = (User.id == user_id, User.totp_since.is_(None))
    sealed = session().scalar(select(User.totp_secret).where(*waiting))
    return opened_or_none(sealed)


def recovery_codes_left(user_id: int) -> int:
    """How many recovery codes a person has not used yet."""
    unused = (RecoveryCode.user_id == user_id, RecoveryCode.used_at.is_(None))
    return len(session().scalars(select(RecoveryCode.digest).where(*unused)).all())


def sessions_of(user_id: int, now: datetime, idle: timedelta) -> list[StaffSession]:
    """Where a person is signed in, the last used first."""
    live = (StaffSession.expires_at > now, StaffSession.seen_at > now - idle, StaffSession.awaits_code.is_(False))
    mine = select(StaffSession).where(StaffSession.user_id == user_id, *live)
    return list(session().scalars(mine.order_by(StaffSession.seen_at.desc(), StaffSession.created_at.desc())))


def depot_counts() -> dict[int, int]:
    """How many open accounts are bound to each depot."""
    bound = (UserBranch.depot_id.is_not(None), User.disabled_at.is_(None))
    statement = select(UserBranch.depot_id, func.count()).join(User, User.id == UserBranch.user_id)
    found = session().execute(statement.where(*bound).group_by(UserBranch.depot_id))
    return {depot_id: count for depot_id, count in found if depot_id is not None}


def depot_of(depot_id: int, perimeter: Perimeter) -> Depot:
    """A depot of the perimeter. Raises UnknownDepotId."""
    depot = session().scalar(select(Depot).where(Depot.id == depot_id, inside(Depot.id, perimeter)))
    if depot is None:
        raise UnknownDepotId(depot_id)
    return depot


def depots_of(perimeter: Perimeter) -> list[Depot]:
    """The depots of the perimeter, by name."""
    return list(session().scalars(select(Depot).where(inside(Depot.id, perimeter)).order_by(Depot.name, Depot.id)))


def acted_depots(perimeter: Perimeter) -> frozenset[int] | None:
    """The depots that are acted on; None where that is all that is seen."""
    if perimeter.reach == perimeter:
        return None
    return frozenset(session().scalars(select(Depot.id).where(inside(Depot.id, perimeter.reach))))


def acts_on(depot_id: int | None, perimeter: Perimeter) -> bool:
    """Whether what is seen of this depot (None: of the whole company) is acted on too."""
    acted = acted_depots(perimeter)
    return acted is None or depot_id in acted


def require_acted(depot_id: int | None, perimeter: Perimeter) -> None:
    """Raises ForbiddenAct for what is seen and not acted on; whoever asks has found it within the perimeter."""
    if not acts_on(depot_id, perimeter):
        raise ForbiddenAct


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
    return (
        Client(key.id, key.name, frozenset(key.scopes), Perimeter.of(key.depot_id), key.last_used_at) if key else None
    )


def _in_force(now: datetime) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    return ApiKey.revoked_at.is_(None), or_(ApiKey.expires_at.is_(None), ApiKey.expires_at > now)


def api_keys(perimeter: Perimeter) -> list[ApiKey]:
    """The keys that reach nothing beyond the perimeter, the newest first, each with its depot."""
    statement = select(ApiKey).where(inside(ApiKey.depot_id, perimeter)).options(joinedload(ApiKey.depot))
    return list(session().scalars(statement.order_by(ApiKey.id.desc())))


def is_answered(key_id: int, digest: str) -> bool:
    """Whether the request under this Idempotency-Key is no longer being worked on."""
    held = select(KeptAnswer.key_id).where(KeptAnswer.key_id == key_id, KeptAnswer.digest == digest)
    return session().scalar(held.where(KeptAnswer.status.is_(None))) is None


def audit_entries(chosen: AuditFilter) -> Select[AuditEntry]:
    """The entries that are asked for, the newest first."""
    statement = select(AuditEntry).order_by(AuditEntry.id.desc())
    if chosen.start is not None:
        statement = statement.where(AuditEntry.at >= chosen.start)
    if chosen.end is not None:
        statement = statement.where(AuditEntry.at < chosen.end)
    if chosen.actor:
        statement = statement.where(AuditEntry.actor == chosen.actor)
    if chosen.kind:
        statement = statement.where(AuditEntry.act.startswith(f"{chosen.kind}.", autoescape=True))
    if chosen.object:
        statement = statement.where(AuditEntry.object == chosen.object)
    return statement


def audit_page(chosen: AuditFilter, cursor: str | None, size: int = 50) -> paging.Page[AuditEntry]:
    """A page of those entries. Raises BadCursor."""
    statement = audit_entries(chosen)
    if cursor:
        (last,) = paging.decode(cursor, 1)
        statement = statement.where(AuditEntry.id < paging.number(last, cursor))
    rows = session().scalars(statement.limit(size + 1)).all()
    return paging.cut(rows, size, lambda entry: (entry.id,))
