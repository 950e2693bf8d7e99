"""The key that signs the staff's cookies and forms is replaced; what the one before signed is believed for a while."""

import os
from datetime import datetime, timedelta

from flask import current_app

from cxweb.accounts.rules import Acting
from cxweb.actions.steps.reseal import reseal
from cxweb.core import clock, key_file
from cxweb.core.audit import record
from cxweb.core.db import transaction
from cxweb.settings import secret_key_file

# Longer than a session lives, and than a page is left open over a weekend.
KEPT = timedelta(days=7)


class KeyOfTheEnvironment(Exception):
    """The key stands in CXWEB_SECRET_KEY, where only the operator can replace it."""


def rotate_secret(by: Acting) -> datetime:
    """Until when the key before still verifies. Processes that run take the new one at their next start.

    Raises KeyOfTheEnvironment, and OSError where the file cannot be written.
    """
    settings, now = current_app.config["CXWEB"], clock.now()
    if os.environ.get("CXWEB_SECRET_KEY"):
        raise KeyOfTheEnvironment
    until = now + KEPT
    with transaction():
        # Keys that are over leave the file now: nothing may need them any more.
        reseal()
        record(by.actor, "secret.rotated", "company")
        key_file.rotate(secret_key_file(settings.data_dir), now, until)
    return until
