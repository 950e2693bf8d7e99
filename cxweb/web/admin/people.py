"""Settings › Privacy › People: who asks for their data or its erasure is found, and is given one or the other."""

from flask import Response, abort, flash, redirect, request
from flask.typing import ResponseReturnValue

from cxweb.actions.erase_customer import erase_customer
from cxweb.actions.export_person import export_person
from cxweb.core import clock
from cxweb.core.i18n import gettext, ngettext
from cxweb.privacy.queries import people, person
from cxweb.privacy.rules import UnknownCustomer
from cxweb.web.admin import address
from cxweb.web.session import me
from cxweb.web.shell import render

HERE = "/admin/settings/privacy/people"


def index() -> str:
    me().require_whole("settings")
    searched = address.words()
    return render("admin/settings/people.html", searched=searched, found=people(searched))


def show(customer_id: int) -> str:
    me().require_whole("settings")
    return _page(customer_id)


def erase(customer_id: int) -> ResponseReturnValue:
    me().require_whole("settings")
    if "sure" not in request.form:
        return _page(customer_id, gettext("Tick the box first. Nothing was changed.")), 422
    try:
        erased = erase_customer(me(), customer_id=customer_id)
    except UnknownCustomer:
        abort(404)
    orders = ngettext(
        "Erased. %(num)s order is nobody’s now.", "Erased. %(num)s orders are nobody’s now.", erased.orders
    )
    flash(orders % {"num": erased.orders}, "done")
    return redirect(HERE, 303)


def export(customer_id: int) -> Response:
    try:
        content = export_person(customer_id, me())
    except UnknownCustomer:
        abort(404)
    response = Response(content, mimetype="application/zip")
    response.headers["Content-Disposition"] = f'attachment; filename="person-{customer_id}.zip"'
    return response


def _page(customer_id: int, problem: str = "") -> str:
    found = person(customer_id)
    if found is None:
        abort(404)
    customer, orders = found
    return render("admin/settings/person.html", customer=customer, orders=orders, problem=problem, now=clock.now())
