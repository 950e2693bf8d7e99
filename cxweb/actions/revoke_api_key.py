"""A key is revoked: from the next request on it opens nothing."""

from sqlalchemy import select

from cxweb.accounts.models import ApiKey
from cxweb.accounts.rules import Acting
from cxweb.company.queries import branch
from cxweb.core import clock
from cxweb.core.audit import record
from cxweb.core.db import session, transaction


def revoke_api_key(key_id: int, by: Acting) -> bool:
    """Revoke the key; False where there is none in use within the perimeter."""
    wanted = select(ApiKey).where(ApiKey.id == key_id, ApiKey.revoked_at.is_(None))
    if by.perimeter.depot_id is not None:
        wanted = wanted.where(ApiKey.depot_id.in_(branch(by.perimeter.depot_id)))
    with transaction():
        key = session().scalar(wanted.with_for_update(of=ApiKey))
        if key is None:
            return False
        key.revoked_at = clock.now()
        record(by.actor, "key.revoked", f"key:{key.id}")
        return True
