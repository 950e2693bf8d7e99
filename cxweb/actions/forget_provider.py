"""An admin forgets whom of the provider's people an account is linked to: the verified address decides again."""

from sqlalchemy import delete

from cxweb.accounts.models import ProviderLink
from cxweb.accounts.rules import Staff
from cxweb.actions.steps.find_user import user_within
from cxweb.core.audit import record
from cxweb.core.db import transaction


def forget_provider(user_id: int, by: Staff) -> None:
    """Raises UnknownUser."""
    with transaction() as opened:
        user = user_within(user_id, by)
        opened.execute(delete(ProviderLink).where(ProviderLink.user_id == user.id))
        record(by.actor, "provider.forgotten", f"user:{user.id}")
