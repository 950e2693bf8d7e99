"""The keys of other programs: which there are, when each was last used, a new one, and the end of one."""

from flask import abort, current_app, flash, redirect, request
from flask.typing import ResponseReturnValue

from cxweb.accounts.queries import acted_depots, api_keys
from cxweb.accounts.rules import SCOPES
from cxweb.actions.create_api_key import InvalidKey, UnknownDepot, create_api_key
from cxweb.actions.revoke_api_key import revoke_api_key
from cxweb.company.queries import settings
from cxweb.core import clock
from cxweb.core.i18n import gettext
from cxweb.orders.rules import OutsidePerimeter
from cxweb.web.admin.address import plain
from cxweb.web.admin.depot_choices import depot_choices
from cxweb.web.session import me
from cxweb.web.shell import render
from cxweb.web.words import SCOPE_WORDS

HERE = "/admin/api-keys"
LONGEST_NAME = 80
# For how many days a key can be made; empty: until it is revoked.
TERMS = ("", "30", "90", "365")


def index() -> ResponseReturnValue:
    return _page()


def create() -> ResponseReturnValue:
    name = plain(request.form.get("name", ""))[:LONGEST_NAME]
    scopes = [scope for scope in request.form.getlist("scope") if scope in SCOPES]
    days = request.form.get("days", "")
    try:
        made = create_api_key(
            name,
            me(),
            scopes=scopes,
            depot=request.form.get("depot") or None,
            days=int(days) if days and days in TERMS else None,
        )
    except InvalidKey:
        return _page(gettext("Give the key a name, and choose at least one thing it may do."), name, scopes), 422
    except (UnknownDepot, OutsidePerimeter):
        abort(404)
    return _page(made=made)


def revoke(key_id: int) -> ResponseReturnValue:
    if not revoke_api_key(key_id, me()):
        abort(404)
    flash(gettext("The key opens nothing any more."), "done")
    return redirect(HERE, 303)


def _page(problem: str = "", name: str = "", chosen: list[str] | None = None, made: str = "") -> str:
    person, now = me(), clock.now()
    keys = api_keys(person.perimeter)
    return render(
        "admin/api_keys.html",
        keys=[key for key in keys if key.is_in_force(now)],
        ended=[key for key in keys if not key.is_in_force(now)],
        acted=acted_depots(person.perimeter),
        problem=problem,
        made=made,
        name=name,
        chosen=list(SCOPES) if chosen is None else chosen,
        scopes=SCOPE_WORDS,
        terms=TERMS,
        depots=depot_choices(person.perimeter.reach),
        longest=LONGEST_NAME,
        per_minute=settings().api_per_minute,
        site=current_app.config["CXWEB"].base_url,
        zone=settings().zone,
        now=now,
    )
