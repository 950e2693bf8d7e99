"""Settings › Live: alerts of low ratings, what is shown of single drivers, and the wall displays."""

from flask import abort, current_app, flash, redirect, request
from flask.typing import ResponseReturnValue

from cxweb.accounts.queries import acted_depots, depots_of
from cxweb.actions.create_wall import UnknownDepot, create_wall
from cxweb.actions.revoke_wall import revoke_wall
from cxweb.boards.queries import walls
from cxweb.core.i18n import gettext
from cxweb.orders.rules import OutsidePerimeter
from cxweb.web.admin.address import plain
from cxweb.web.admin.depot_choices import depot_choices
from cxweb.web.admin.plain_settings import OUT_OF_BOUNDS, save, stored
from cxweb.web.session import me
from cxweb.web.shell import render

HERE = "/admin/settings/live"
NUMBERS = ("alerts.low_rating", "alerts.daily_cap", "drivers.least", "drivers.months")
LONGEST_NAME = 80


def edit() -> ResponseReturnValue:
    return _page({})


def update() -> ResponseReturnValue:
    refused = save(NUMBERS, "drivers.ranking")
    if refused is not None:
        return _page(refused, gettext(OUT_OF_BOUNDS)), 422
    return redirect(HERE, 303)


def create() -> ResponseReturnValue:
    name = plain(request.form.get("name", ""))[:LONGEST_NAME]
    if not name:
        return _page({}, gettext("Give the display a name, so that you find it again.")), 422
    try:
        secret = create_wall(name, request.form.get("depot") or None, me())
    except (UnknownDepot, OutsidePerimeter):
        abort(404)
    return _page({}, made=f"{current_app.config['CXWEB'].base_url}/wall/{secret}")


def revoke(wall_id: int) -> ResponseReturnValue:
    if not revoke_wall(wall_id, me()):
        abort(404)
    flash(gettext("The display’s address opens nothing any more."), "done")
    return redirect(HERE, 303)


def _page(given: dict[str, str], problem: str = "", made: str = "") -> str:
    perimeter = me().perimeter
    mine = {depot.id for depot in depots_of(perimeter)}
    return render(
        "admin/settings/live.html",
        values=stored((*NUMBERS, "drivers.ranking")) | given,
        problem=problem,
        made=made,
        walls=[wall for wall in walls() if perimeter.whole or wall.depot_id in mine],
        depots=depot_choices(perimeter.reach),
        acted=acted_depots(perimeter),
        smtp=bool(current_app.config["CXWEB"].smtp_url),
        longest=LONGEST_NAME,
    )
