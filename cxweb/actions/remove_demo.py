"""The demo goes in one act, and stays away."""

from cxweb.accounts.rules import Acting
from cxweb.actions.steps.clear_demo import clear_demo
from cxweb.company.models import Setting
from cxweb.company.queries import forget_settings
from cxweb.core import clock
from cxweb.core.audit import record
from cxweb.core.db import after_commit, insert_or_leave, transaction
from cxweb.demo.queries import REMOVED_KEY, is_loaded


def remove_demo(by: Acting) -> int:
    """Remove every demo row; how many orders went. The next start does not bring the demo back by itself."""
    with transaction():
        if not is_loaded():
            return 0
        removed = clear_demo()
        insert_or_leave(Setting, key=REMOVED_KEY, value="on", updated_at=clock.now())
        record(by.actor, "demo.removed", "demo", orders=removed)
        after_commit(forget_settings)
        return removed
