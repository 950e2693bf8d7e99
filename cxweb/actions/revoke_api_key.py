"""A key is revoked: from the next request on it opens nothing."""

from sqlalchemy import select

from cxweb.accounts.filters import inside
from cxweb.accounts.models import ApiKey
from cxweb.accounts.queries import require_acted
from cxweb.accounts.rules import Acting
from cxweb.core import clock
from cxweb.core.audit import record
from cxweb.core.db import session, transaction


def revoke_api_key(key_id: int, by: Acting) -> bool:
    """Revoke the key; False where there is none in use within the perimeter. Raises ForbiddenAct."""
    wanted = select(ApiKey).where(
        ApiKey.id == key_id, ApiKey.revoked_at.is_(None), inside(ApiKey.depot_id, by.perimeter)
    )
    with transaction():
        key = session().scalar(wanted.with_for_update(of=ApiKey))
        if key is None:
            return False
        require_acted(key.depot_id, by.perimeter)
        key.revoked_at = clock.now()
        record(by.actor, "key.revoked", f"key:{key.id}")
        return True
