"""After the secret key was replaced, the secrets of the database are sealed under the new one."""

from cxweb.accounts.rules import Acting
from cxweb.actions.steps.reseal import Resealed, reseal
from cxweb.core.audit import record
from cxweb.core.db import transaction


def reseal_secrets(by: Acting) -> Resealed:
    """Seal what is not under the newest key yet; what no known key opens stays as it is."""
    with transaction():
        told = reseal()
        if told.changed:
            record(by.actor, "secret.resealed", "company", secrets=told.changed)
    return told
