"""Applies the retention once a night, and seals what a former secret key still opens under the newest."""

from cxweb.accounts.rules import Operator
from cxweb.actions.apply_retention import apply_retention
from cxweb.actions.await_first_night import await_first_night
from cxweb.actions.reseal_secrets import reseal_secrets
from cxweb.core import clock
from cxweb.privacy.queries import night_is_due

# Less than a job may last; what is left is the next one's.
LONGEST_S = 480.0


def retain() -> None:
    if not await_first_night() and night_is_due(clock.now()):
        reseal_secrets(Operator())
        apply_retention(Operator(), longest_s=LONGEST_S)
