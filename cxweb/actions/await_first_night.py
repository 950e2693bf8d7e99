"""An installation that has never applied its retention does so after its first night, not at its first minute."""

from cxweb.actions.steps.note_retention import note_night
from cxweb.core import clock
from cxweb.core.db import transaction
from cxweb.privacy.queries import last_night


def await_first_night() -> bool:
    """Note today as the day before the first run; False where a day is noted already."""
    if last_night() is not None:
        return False
    with transaction():
        note_night(clock.now())
    return True
