"""Settings › Connectors: the systems that orders come from by themselves, and how that has gone."""

from flask import abort, current_app, flash, redirect, request
from flask.typing import ResponseReturnValue

from cxweb.accounts.queries import depots_of
from cxweb.actions.set_up_connector import UnknownDepot, set_up_connector
from cxweb.company.queries import settings_now
from cxweb.core import clock
from cxweb.core.i18n import gettext, lazy
from cxweb.integrations.queries import connector
from cxweb.integrations.rules import CONNECTORS, InvalidConnector
from cxweb.web.admin.address import plain
from cxweb.web.session import me
from cxweb.web.shell import render

HERE = "/admin/settings/connectors"
PROBLEMS = {
    "optimoroute": lazy("This is no key of OptimoRoute: copy it from Administration, Settings, WS API there."),
    "onfleet": lazy("This is no webhook secret of Onfleet: it is made of the digits 0 to 9 and the letters a to f."),
}
NO_FIELD = lazy("The name of a field takes at most 80 characters.")


def edit() -> ResponseReturnValue:
    me().require_whole("settings")
    return _page()


def update(name: str) -> ResponseReturnValue:
    if name not in CONNECTORS:
        abort(404)
    form = request.form
    credential, ref_field = form.get("credential", "").strip(), plain(form.get("ref_field", ""))
    try:
        set_up_connector(name, credential, ref_field, form.get("depot") or None, "on" in form, me())
    except UnknownDepot:
        abort(404)
    except InvalidConnector as error:
        problem = PROBLEMS[name] if str(error) == "credential" else NO_FIELD
        return _page(name, gettext(problem)), 422
    flash(gettext("Saved. It is in force now."), "done")
    return redirect(f"{HERE}#{name}", 303)


def _page(wrong: str = "", problem: str = "") -> str:
    return render(
        "admin/settings/connectors.html",
        connectors=[(name, connector(name)) for name in CONNECTORS],
        wrong=wrong,
        problem=problem,
        depots=[(depot.id, depot.ref, depot.name) for depot in depots_of(me().perimeter)],
        hook=f"{current_app.config['CXWEB'].base_url}/hooks/onfleet",
        zone=settings_now().zone,
        now=clock.now(),
    )
