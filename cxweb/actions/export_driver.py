"""A driver asks for their own data: figures and the ratings of their orders, without anything of the customers."""

import json
from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

from cxweb.accounts.rules import Staff
from cxweb.analytics.filters import ReportFilter
from cxweb.analytics.queries import feedback
from cxweb.analytics.rules import Feedback
from cxweb.company.queries import settings_now
from cxweb.core import clock
from cxweb.core.audit import record
from cxweb.core.db import transaction
from cxweb.drivers.queries import driver_months, own_causes
from cxweb.exports.csv_text import csv_text
from cxweb.exports.zipped import zipped
from cxweb.orders.queries import driver_by_id
from cxweb.reviews.queries import Answer, answers

COUNTS = ("completed", "eligible", "rated", "spam", "by_phone")
FIGURES = ("response", "reached", "stars", "csat", "nps_stars", "nps", "tud", "ces", "easy")
COLUMNS = ("order", "answered_at", "stars", "reasons", "comment")
AT_ONCE = 500


def export_driver(driver_id: int, by: Staff) -> bytes:
    """A ZIP archive of `figures.json` and `ratings.csv`, as far back as a driver's figures are kept.

    Raises UnknownDriver, also for a driver without an order within the perimeter, and ForbiddenAct.
    """
    by.require("export")
    driver = driver_by_id(driver_id, by.perimeter)
    chosen, company = ReportFilter(driver=(driver.ref,), axis="answered"), settings_now()
    figures = {
        "ref": driver.ref,
        "name": driver.name,
        "since": company.drivers_since(clock.now()).isoformat(),
        "timezone": company.company_timezone,
        "all_causes": _all_of(feedback(ReportFilter(driver=(driver.ref,)), by.perimeter)),
        "own_causes": asdict(own_causes(driver, by.perimeter)),
        "months": {month.isoformat(): asdict(stars) for month, stars in driver_months(driver, by.perimeter)},
    }
    rows = [
        (answer.ref, answer.answered_at.isoformat(), str(answer.stars), " ".join(answer.reasons), answer.comment or "")
        for answer in _all(chosen, by)
    ]
    with transaction():
        record(by.actor, "driver.exported", f"driver:{driver_id}", ratings=len(rows))
    data = json.dumps(figures, ensure_ascii=False, indent=1, default=str)
    return zipped({"figures.json": data.encode(), "ratings.csv": csv_text(COLUMNS, rows).encode()})


def _all_of(found: Feedback) -> dict[str, Any]:
    counts = {name: getattr(found, name) for name in COUNTS}
    return counts | {name: asdict(getattr(found, name)) for name in FIGURES}


def _all(chosen: ReportFilter, by: Staff) -> Iterator[Answer]:
    cursor = None
    while True:
        page = answers(chosen, by.perimeter, cursor=cursor, size=AT_ONCE)
        yield from page.items
        cursor = page.next_cursor
        if cursor is None:
            return
