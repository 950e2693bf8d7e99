"""Reading the company's settings and depots."""

import time
from collections.abc import Collection
from functools import lru_cache
from threading import Lock
from zoneinfo import ZoneInfo

from flask import current_app
from sqlalchemy import Select, select

from cxweb.company.models import Depot, Logo, Setting
from cxweb.company.rules import CompanySettings, from_stored
from cxweb.core.db import session
from cxweb.core.prepared import PreparedInTransaction

# Another process's change is in force here within this time.
FRESH_S = 1.0
DIGEST_KEY = "digest_key"


_STORED = PreparedInTransaction(select(Setting.key, Setting.value).order_by(Setting.key))


class _Cache:
    """The settings as last read by this process."""

    def __init__(self) -> None:
        self.value = CompanySettings()
        self.until = 0.0
        self.lock = Lock()


def settings() -> CompanySettings:
    """The company's settings, at most FRESH_S old. For pages; actions read settings_now()."""
    cache: _Cache | None = current_app.extensions.get("cxweb.company")
    if cache is None:
        cache = current_app.extensions.setdefault("cxweb.company", _Cache())
    if time.monotonic() >= cache.until:
        with cache.lock:
            cache.value, cache.until = settings_now(), time.monotonic() + FRESH_S
    return cache.value


def forget_settings() -> None:
    """Let the next settings() of this process read the database."""
    current_app.extensions.pop("cxweb.company", None)


def settings_now() -> CompanySettings:
    """The company's settings as the open transaction, or else the database, has them."""
    return _read(tuple(_STORED.rows()))


@lru_cache(maxsize=8)
def _read(rows: tuple[tuple[str, str], ...]) -> CompanySettings:
    return from_stored(dict(rows))


def stored(key: str) -> str | None:
    """The stored text of one key, None where it has its default."""
    return session().scalar(select(Setting.value).where(Setting.key == key))


def logo(digest: str) -> bytes | None:
    """The logo's bytes, None for a digest it no longer has."""
    return session().scalar(select(Logo.content).where(Logo.digest == digest))


def digest_key() -> str | None:
    """The key that contacts are digested with; None before the first digest. It travels with the database's backup."""
    return stored(DIGEST_KEY)


def branch(*depot_ids: int) -> Select[int]:
    """The ids of these depots and of all below them, as a subquery for `IN`."""
    tree = select(Depot.id).where(Depot.id.in_(sorted(depot_ids))).cte("branch", recursive=True)
    tree = tree.union(select(Depot.id).where(Depot.parent_id == tree.c.id))
    return select(tree.c.id)


def ancestors(depot_id: int) -> Select[int]:
    """The ids of a depot and of all above it, as a subquery for `IN`."""
    tree = select(Depot.id, Depot.parent_id).where(Depot.id == depot_id).cte("ancestors", recursive=True)
    tree = tree.union(select(Depot.id, Depot.parent_id).where(Depot.id == tree.c.parent_id))
    return select(tree.c.id)


def branches(refs: Collection[str]) -> Select[int]:
    """The ids of the depots of these refs and of all below them, as a subquery for `IN`."""
    tree = select(Depot.id).where(Depot.ref.in_(refs)).cte("branches", recursive=True)
    tree = tree.union(select(Depot.id).where(Depot.parent_id == tree.c.id))
    return select(tree.c.id)


def depots() -> list[Depot]:
    """All depots by name."""
    return list(session().scalars(select(Depot).order_by(Depot.name, Depot.id)))


def depot_by_ref(ref: str) -> Depot | None:
    return session().scalar(select(Depot).where(Depot.ref == ref))


def zone_of(depot: Depot | None, company: CompanySettings) -> ZoneInfo:
    """The zone a depot's times are shown in: its own, else the company's."""
    return company.zone_named(depot.timezone if depot is not None else None)
