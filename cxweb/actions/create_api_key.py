"""Another program gets a key for the API."""

from collections.abc import Sequence
from datetime import timedelta

from cxweb.accounts.models import ApiKey
from cxweb.accounts.rules import SCOPES, Acting
from cxweb.actions.steps.find_depot import UnknownDepot, depot_id_within
from cxweb.core import clock, tokens
from cxweb.core.audit import record
from cxweb.core.db import transaction

__all__ = ["InvalidKey", "UnknownDepot", "create_api_key"]


class InvalidKey(ValueError):
    """What was given makes no key; the text says why."""


def create_api_key(
    name: str, by: Acting, *, scopes: Sequence[str] = SCOPES, depot: str | None = None, days: int | None = None
) -> str:
    """Create the key, in force for so many days; the key itself, which is nowhere stored and cannot be shown again.

    Raises InvalidKey, UnknownDepot and OutsidePerimeter.
    """
    name = name.strip()
    if not name or len(name) > 80 or not name.isprintable():
        raise InvalidKey("A key needs a name of one line of at most 80 characters.")
    wanted = [scope for scope in SCOPES if scope in scopes]
    if not wanted or set(scopes) - set(SCOPES):
        raise InvalidKey(f"The scopes of a key are among {', '.join(SCOPES)}.")
    secret, now = tokens.new_secret(), clock.now()
    with transaction() as opened:
        key = ApiKey(
            name=name,
            digest=tokens.digest(secret),
            scopes=wanted,
            depot_id=depot_id_within(depot, by.perimeter),
            created_at=now,
            expires_at=now + timedelta(days=days) if days else None,
        )
        opened.add(key)
        opened.flush()
        record(by.actor, "key.created", f"key:{key.id}", scopes=wanted, depot=key.depot_id, days=days)
    return secret
