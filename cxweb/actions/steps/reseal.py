"""Seals every secret of the database under the newest key, so that nothing needs the former ones any more."""

from dataclasses import dataclass

from sqlalchemy import select

from cxweb.accounts.models import User
from cxweb.core.db import session
from cxweb.core.sealed import CannotOpen, Sealed, resealed
from cxweb.integrations.models import Connector
from cxweb.webhooks.models import WebhookEndpoint

# Every column that holds what core/sealed made; a test finds those that are missing here.
HOLDERS = (
    (User, ("totp_secret",)),
    (WebhookEndpoint, ("secret", "former_secret")),
    (Connector, ("credential",)),
)


@dataclass
class Resealed:
    """How many secrets there are, how many of them got the newest key now, and how many no known key opens."""

    found: int = 0
    changed: int = 0
    unopened: int = 0


def reseal() -> Resealed:
    """Seal what is not under the newest key yet, in the open transaction."""
    told = Resealed()
    for model, columns in HOLDERS:
        for row in session().scalars(select(model).with_for_update(of=model)):
            for column in columns:
                sealed: Sealed | None = getattr(row, column)
                if sealed:
                    setattr(row, column, _one(sealed, told))
    return told


def _one(sealed: Sealed, told: Resealed) -> Sealed:
    told.found += 1
    try:
        renewed = resealed(sealed)
    except CannotOpen:
        told.unopened += 1
        return sealed
    told.changed += renewed != sealed
    return renewed
