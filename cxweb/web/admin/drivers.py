"""The drivers by name, or ranked where the company has chosen so, and one driver's page."""

from dataclasses import replace

from flask import Response
from flask.typing import ResponseReturnValue

from cxweb.actions.export_driver import export_driver
from cxweb.actions.record_driver_view import record_driver_view
from cxweb.analytics.filters import ReportFilter
from cxweb.analytics.queries import feedback
from cxweb.analytics.rules import LEAST_OF_A_DRIVER
from cxweb.company.queries import settings
from cxweb.core import clock
from cxweb.core.paging import Page
from cxweb.drivers.queries import DriverRow, driver_months, driver_rows, own_causes
from cxweb.orders.queries import driver_by_id, drivers_of
from cxweb.reviews.queries import answers
from cxweb.web.admin import address
from cxweb.web.admin.driver_chart import chart
from cxweb.web.session import me
from cxweb.web.shell import render


def index() -> ResponseReturnValue:
    found = address.asked()
    perimeter, words = me().perimeter, address.words().lower()
    drivers = [driver for driver in drivers_of(perimeter) if words in driver.name.lower()]
    page = Page[DriverRow](driver_rows(found.filter, perimeter, drivers), None)
    listing = address.listing(page, perimeter)
    company = settings()
    html = render(
        "admin/drivers.html",
        least=LEAST_OF_A_DRIVER,
        ranked_from=company.drivers_least if company.drivers_ranking else None,
        errors=found.errors,
        **listing,
    )
    return html, 422 if found.errors else 200


def export(driver_id: int) -> Response:
    response = Response(export_driver(driver_id, me()), mimetype="application/zip")
    response.headers["Content-Disposition"] = f'attachment; filename="driver-{driver_id}.zip"'
    return response


def show(driver_id: int) -> ResponseReturnValue:
    perimeter = me().perimeter
    driver = driver_by_id(driver_id, perimeter)
    record_driver_view(driver.id, me())
    chosen = ReportFilter(driver=(driver.ref,))
    page = address.cut(lambda cursor: answers(replace(chosen, axis="answered"), perimeter, cursor=cursor))
    return render(
        "admin/driver.html",
        driver=driver,
        figures=feedback(chosen, perimeter),
        own=own_causes(driver, perimeter),
        least=LEAST_OF_A_DRIVER,
        chart=chart(driver_months(driver, perimeter), LEAST_OF_A_DRIVER, clock.now(), settings().zone),
        since=settings().drivers_since(clock.now()),
        zone=settings().zone,
        **address.listing(page, perimeter),
    )
