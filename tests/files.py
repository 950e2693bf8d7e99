"""Small files and mappings for the tests of the imports."""

import csv
import io
from pathlib import Path

ORDER_COLUMNS = (
    "no",
    "state",
    "made",
    "due",
    "done",
    "depot",
    "driver",
    "driver name",
    "client",
    "mail",
    "town",
    "tags",
)
ORDERS = """
kind = "orders"
encoding = "utf-8"
delimiter = ";"
timezone = "Europe/Paris"
datetime_formats = ["%d/%m/%Y %H:%M"]
date_formats = ["%d/%m/%Y"]
[columns]
ref = "no"
status = "state"
created_at = "made"
promised_to = "due"
completed_at = ["done", "due"]
depot = "depot"
driver_ref = "driver"
driver_name = "driver name"
customer_ref = "client"
customer_email = "mail"
address_city = "town"
tags = "tags"
[status]
planned = "planned"
"on the way" = "on_the_way"
door = "arrived"
done = "completed"
failed = "failed"
cancelled = "cancelled"
[defaults]
channel = "delivery"
"""
RATINGS = """
kind = "ratings"
encoding = "utf-8"
delimiter = ","
timezone = "Europe/Paris"
datetime_formats = ["%Y-%m-%d %H:%M:%S"]
[columns]
ref = "id"
order_ref = "order"
stars = "stars"
comment = ["title", "comment"]
answered_at = "at"
[duplicates]
keep = "latest"
"""


class Folder:
    """Writes the files of one test."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.report = path / "report.csv"
        (path / "orders.toml").write_text(ORDERS, encoding="utf-8")
        (path / "ratings.toml").write_text(RATINGS, encoding="utf-8")

    @property
    def orders_mapping(self) -> Path:
        return self.path / "orders.toml"

    @property
    def ratings_mapping(self) -> Path:
        return self.path / "ratings.toml"

    def orders(self, *rows: dict[str, str], name: str = "orders.csv", encoding: str = "utf-8") -> Path:
        """A file of orders; what a row leaves out is empty."""
        text = io.StringIO()
        writer = csv.DictWriter(text, ORDER_COLUMNS, restval="", delimiter=";", lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
        return self.write(name, text.getvalue(), encoding)

    def ratings(self, *lines: str, name: str = "ratings.csv") -> Path:
        """A file of ratings: id, order, stars, title, comment, time."""
        return self.write(name, "\n".join(("id,order,stars,title,comment,at", *lines)) + "\n")

    def write(self, name: str, text: str, encoding: str = "utf-8") -> Path:
        file = self.path / name
        file.write_bytes(text.encode(encoding))
        return file

    def reported(self) -> list[str]:
        """The report's lines below its header."""
        header, *lines = self.report.read_text(encoding="utf-8").splitlines()
        assert header == "line,ref,reason"
        return lines


def done(ref: str, **cells: str) -> dict[str, str]:
    """A row of an order that was completed."""
    return {"no": ref, "state": "done", "made": "01/10/2026 08:00", "done": "02/10/2026 14:30", **cells}


def planned(ref: str, **cells: str) -> dict[str, str]:
    return {"no": ref, "state": "planned", "made": "01/10/2026 08:00", **cells}
