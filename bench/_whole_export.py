"""The workbook of 100,000 comments from a SQLite database, queries and all; for bench/exports.py."""

import tempfile
import time
from pathlib import Path
from typing import Any

from sqlalchemy import insert

from bench.exports import ROWS, said
from cxweb import create_app
from cxweb.accounts.rules import Perimeter, Staff
from cxweb.actions.steps.write_export import write_export
from cxweb.analytics.filters import ReportFilter
from cxweb.core.db import transaction
from cxweb.core.i18n import speaking
from cxweb.core.migrations import upgrade
from cxweb.orders.models import Order
from cxweb.ratings.models import Rating
from cxweb.reports.filters import ExportChoice
from cxweb.settings import Settings


def fill(count: int) -> None:
    """So many completed orders with a comment each."""
    orders: list[dict[str, Any]] = []
    ratings: list[dict[str, Any]] = []
    for number, each in enumerate(said(count), start=1):
        at = {"created_at": each.completed_at, "completed_at": each.completed_at}
        orders.append({"id": number, "ref": each.order, "token": f"{number:022}", "status": "completed", **at})
        then = {"answered_at": each.answered_at, "updated_at": each.answered_at}
        ratings.append({"order_id": number, "stars": each.stars, "comment": each.comment, "nps": each.nps, **then})
    with transaction() as opened:
        opened.execute(insert(Order), orders)
        opened.execute(insert(Rating), ratings)


def main() -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        url = f"sqlite:///{folder / 'cxweb.sqlite3'}"
        app = create_app(Settings(folder, url, "unix:///nowhere", True, "bench", "http://localhost"))
        with app.app_context(), speaking("fr"):
            upgrade()
            fill(ROWS)
            by = Staff(1, "Bench", "bench@example.com", "admin", Perimeter(), "fr")
            began = time.process_time()
            write_export(ExportChoice(ReportFilter()), by, folder / "out.xlsx")
            print(f"whole export from SQLite: {ROWS / (time.process_time() - began):,.0f} rows per CPU second")


if __name__ == "__main__":
    main()
