"""A new order by hand, so that a company can try one in its first minute."""

import secrets
from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

from flask import flash, redirect
from flask.typing import ResponseReturnValue

from cxweb.actions.save_order import save_order
from cxweb.company.queries import depot_by_ref, settings, stored, zone_of
from cxweb.core import clock
from cxweb.core.i18n import gettext
from cxweb.intake.rules import CustomerFields, DriverFields, OrderFields
from cxweb.orders.queries import drivers_of
from cxweb.orders.rules import RefTaken
from cxweb.web.admin.depot_choices import depot_choices
from cxweb.web.admin.new_order_form import TAKEN, NewOrderForm
from cxweb.web.session import me
from cxweb.web.shell import render

# Without the letters and digits that are mistaken for one another on the phone.
ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"


def new() -> ResponseReturnValue:
    return _page(_form())


def create() -> ResponseReturnValue:
    form = _form()
    if not form.validate():
        return _page(form), 422
    ref = form.ref.data or _new_ref()
    try:
        saved = save_order(ref, _fields(form), me(), only_new=True)
    except RefTaken:
        form.ref.errors = [TAKEN]
        return _page(form), 422
    flash(gettext("Order %(ref)s is planned.") % {"ref": ref}, "done")
    return redirect(f"/admin/orders/{saved.order_id}", 303)


def _form() -> NewOrderForm:
    form = NewOrderForm()
    perimeter = me().perimeter.reach
    form.offer(
        depots=depot_choices(perimeter),
        drivers=[(driver.ref, driver.name) for driver in drivers_of(perimeter)],
        without_depot=perimeter.whole,
    )
    return form


def _page(form: NewOrderForm) -> str:
    company = settings()
    return render(
        "admin/new_order.html",
        form=form,
        demo=stored("demo") is not None,
        message=company.notifications_completed,
        today=clock.now().astimezone(company.zone).date(),
    )


def _new_ref() -> str:
    """A number nobody has chosen: the date, and five random characters."""
    today = clock.now().astimezone(settings().zone).date()
    return f"{today:%y%m%d}-{''.join(secrets.choice(ALPHABET) for _ in range(5))}"


def _fields(form: NewOrderForm) -> OrderFields:
    fields = OrderFields(
        customer=CustomerFields(
            name=form.name.data or None,
            email=form.email.data or None,
            phone=form.phone.data or None,
            language=form.language.data or None,
        ),
        address_line=form.address_line.data or None,
        postcode=form.postcode.data or None,
        city=form.city.data or None,
        notify=form.notify.data or None,
        drivers=_drivers(form),
    )
    if form.depot.data:
        fields["depot"] = form.depot.data
    zone = zone_of(depot_by_ref(form.depot.data) if form.depot.data else None, settings())
    fields["promised_from"] = _instant(form.day.data, form.from_time.data, zone)
    fields["promised_to"] = _instant(form.day.data, form.to_time.data, zone)
    return fields


def _drivers(form: NewOrderForm) -> list[DriverFields]:
    if form.new_driver.data:
        return [DriverFields(ref=f"d-{''.join(secrets.choice(ALPHABET) for _ in range(8))}", name=form.new_driver.data)]
    return [DriverFields(ref=form.driver.data)] if form.driver.data else []


def _instant(day: date | None, at: time | None, zone: ZoneInfo) -> datetime | None:
    """The wall time in the depot's zone; where it occurs twice, the first."""
    return datetime.combine(day, at, zone).astimezone(UTC) if day and at else None
