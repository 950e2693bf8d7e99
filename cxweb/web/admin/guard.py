"""The door of every staff page: who is signed in, in which language, and whether the role allows the act."""

import logging
from collections.abc import Callable
from functools import wraps
from urllib.parse import urlencode

from flask import abort, redirect, request
from flask.typing import ResponseReturnValue

from cxweb.accounts.rules import OWN
from cxweb.company.queries import settings
from cxweb.web.errors import choose_language
from cxweb.web.session import staff, used

log = logging.getLogger(__name__)
View = Callable[..., ResponseReturnValue]
ANYONE = "anyone"
# Where an admin who needs a second step sets it up.
SET_UP = "/admin/account/totp"


def guarded(view: View, act: str, *, changes: bool, by_itself: bool = False) -> View:
    """The view behind the door of an act; `by_itself`: the page asks for it, whoever sits there or not."""

    @wraps(view)
    def answer(**values: object) -> ResponseReturnValue:
        person = staff()
        choose_language(person.language if person else None)
        if act == ANYONE:
            return view(**values)
        if person is None:
            return redirect(f"/login?{urlencode({'next': _address()})}", 303)
        if act != OWN and not person.has_second_step and person.needs_second_step(settings().accounts_second_step):
            return redirect(SET_UP, 303)
        if not person.may(act, changes=changes):
            log.warning("%s may not %s %s", person.actor, request.method, request.endpoint)
            abort(403)
        if not by_itself:
            used(person)
        return view(**values)

    return answer


def safe(target: str) -> str:
    """Where to go next: an address of the staff's pages, else the first of them."""
    path = target.partition("?")[0]
    ok = path.startswith("/admin/") and target.isprintable() and not any(odd in path for odd in ("\\", "//", "/."))
    return target if ok else "/admin/"


def _address() -> str:
    """What was asked for, so that signing in leads there; a form's address has nothing to show."""
    return request.full_path.rstrip("?") if request.method == "GET" else "/admin/"
