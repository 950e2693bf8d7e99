"""A connector to another system is set up, changed, switched on or off."""

from cxweb.accounts.rules import Staff
from cxweb.actions.steps.find_depot import UnknownDepot, depot_id_within
from cxweb.core import clock
from cxweb.core.audit import record
from cxweb.core.db import session, transaction
from cxweb.core.sealed import NOTHING, seal
from cxweb.integrations.models import Connector
from cxweb.integrations.onfleet import is_secret
from cxweb.integrations.queries import connector
from cxweb.integrations.rules import (
    ASKING,
    LONGEST_CREDENTIAL,
    LONGEST_FIELD,
    ONFLEET,
    InvalidConnector,
)

__all__ = ["UnknownDepot", "set_up_connector"]


def set_up_connector(name: str, credential: str, ref_field: str, depot: str | None, on: bool, by: Staff) -> None:
    """An empty credential keeps the stored one. Raises InvalidConnector, UnknownDepot and ForbiddenAct."""
    by.require_whole("settings", changes=True)
    now = clock.now()
    with transaction():
        mine = connector(name, lock=True) or Connector(name=name, credential=NOTHING)
        mine.credential = seal(_checked(name, credential)) if credential else mine.credential
        if on and not mine.credential:
            raise InvalidConnector("credential")
        if len(ref_field) > LONGEST_FIELD or not ref_field.isprintable():
            raise InvalidConnector("ref_field")
        mine.ref_field, mine.depot_id = ref_field or None, depot_id_within(depot, by.perimeter)
        mine.enabled_at = (mine.enabled_at or now) if on else None
        mine.next_pull_at = now if on and name in ASKING else None
        mine.failing_since = mine.last_error = None
        mine.refused_ref = mine.refused_why = mine.refused_at = None
        session().add(mine)
        record(by.actor, "connector.set_up", f"connector:{name}", on=on, depot=mine.depot_id, new_key=bool(credential))


def _checked(name: str, credential: str) -> str:
    odd = not credential.isascii() or not credential.isprintable() or any(each in credential for each in " &#?/")
    if odd or len(credential) > LONGEST_CREDENTIAL or (name == ONFLEET and not is_secret(credential)):
        raise InvalidConnector("credential")
    return credential
