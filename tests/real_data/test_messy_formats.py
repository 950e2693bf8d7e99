"""Exports as spreadsheets damage them come in through the steps of the browser, each confirmed and none guessed."""

import csv
import gzip
import json
from collections.abc import Sequence
from datetime import datetime
from io import BytesIO
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from flask import Flask
from sqlalchemy import select, update

from cxweb import ROOT
from cxweb.accounts.rules import Staff
from cxweb.actions.choose_columns import choose_columns
from cxweb.actions.choose_reading import choose_reading
from cxweb.actions.choose_values import choose_values
from cxweb.actions.import_orders import import_orders
from cxweb.actions.offer_columns import offer_columns
from cxweb.actions.offer_readings import offer_readings
from cxweb.actions.offer_values import offer_values
from cxweb.actions.take_upload import take_upload
from cxweb.core.db import session, transaction
from cxweb.orders.models import Order
from cxweb.ratings.models import Rating
from cxweb.uploads.models import Upload
from tests.factories import Factory
from tests.uploads import counts, taken_in

OLIST = ROOT.parent / "shared" / "data" / "olist"
MESSY = OLIST / "messy_formats"
pytestmark = pytest.mark.skipif(not MESSY.exists(), reason=f"the real data is not there: {MESSY}")
ZONE = "America/Sao_Paulo"
FACTS: dict[str, dict[str, Any]] = json.loads((MESSY / "formats.json").read_text()) if MESSY.exists() else {}


def records(name: str) -> list[dict[str, str]]:
    with (MESSY / name).open(encoding="utf-8-sig", newline="") as stream:
        return [row for row in csv.DictReader(stream) if row["order_id"]]


def chosen(name: str, kind: str, by: Staff) -> tuple[int, Sequence[str]]:
    """The file's upload with every suggestion confirmed, and the only format its dates can have."""
    upload_id = take_upload(kind, name, BytesIO((MESSY / name).read_bytes()), by)
    (reading,) = offer_readings(upload_id, by)
    choose_reading(upload_id, reading.encoding, reading.delimiter, "", by)
    choose_columns(upload_id, offer_columns(upload_id, by).chosen, by)
    values = offer_values(upload_id, by)
    formats = [form for shape in values.shapes for form in shape.formats]
    words = {word: status for word, _, status in values.words if status}
    choose_values(upload_id, ZONE, formats, words, {}, by)
    return upload_id, formats


@pytest.mark.parametrize(
    ("name", "form"),
    [
        ("orders_excel_bom_ddmmyyyy_crlf.csv", "%d-%m-%Y %H:%M"),
        ("orders_excel_mdyyyy_crlf_empty_tail_corrupted.csv", "%m/%d/%Y %H:%M"),
    ],
)
def test_orders_come_in_as_counted_and_agree_with_the_true_export(
    app: Flask, make: Factory, name: str, form: str
) -> None:
    admin, facts = make.user(), FACTS[name]
    upload_id, formats = chosen(name, "orders", admin)
    assert formats == [form]
    upload: Upload = taken_in(upload_id, admin)
    assert counts(upload) == [facts["data_rows"], 0, 0, 0, 0]
    assert upload.tally["skipped"] == facts["empty_rows"] == 200
    with gzip.open(OLIST / "orders.csv.gz", "rt", encoding="utf-8", newline="") as stream:
        true = {row["order_id"]: row["delivered_at"][:16] for row in csv.DictReader(stream)}
    wrong = {ref for ref, *_ in facts["delivered_at_disagree"]}
    for ref, at in session().execute(select(Order.ref, Order.completed_at)):
        found = f"{at.astimezone(ZoneInfo(ZONE)):%Y-%m-%d %H:%M}" if at else ""
        # What was destroyed before it came here is taken as it stands: nobody can tell it from the truth.
        assert (found == true[ref]) == (ref not in wrong), ref
    assert len(true) > facts["data_rows"] == facts["delivered_at_agree"] + len(wrong)


@pytest.mark.parametrize("name", [name for name in FACTS if name.startswith("reviews")])
def test_ratings_come_in_as_counted(app: Flask, make: Factory, tmp_path: Path, name: str) -> None:
    admin, rows = make.user(), records(name)
    orders = tmp_path / "orders.csv"
    orders.write_text("id\n" + "\n".join(dict.fromkeys(row["order_id"] for row in rows)) + "\n", encoding="utf-8")
    mapping = tmp_path / "orders.toml"
    mapping.write_text(
        'kind = "orders"\nencoding = "utf-8"\ndelimiter = ","\ntimezone = "UTC"\n'
        'datetime_formats = ["%Y-%m-%d %H:%M"]\n[columns]\nref = "id"\n[defaults]\nstatus = "planned"\n',
        encoding="utf-8",
    )
    import_orders(orders, mapping)
    complete(rows)
    upload_id, formats = chosen(name, "ratings", admin)
    assert len(formats) == 1
    upload = taken_in(upload_id, admin)
    imported, _, superseded, refused, _ = counts(upload)
    assert imported + superseded == FACTS[name]["data_rows"] == 300
    assert (refused, upload.tally["skipped"]) == (0, FACTS[name]["empty_rows"])
    given = {(row["order_id"], int(row["review_score"])) for row in rows}
    for ref, stars in session().execute(select(Order.ref, Rating.stars).join(Rating)):
        assert (ref, stars) in given


def complete(rows: list[dict[str, str]]) -> None:
    """Let every order be delivered, in one statement."""
    assert rows
    with transaction() as opened:
        at = datetime.fromisoformat("2016-09-01T00:00:00+00:00")
        opened.execute(update(Order).values(status="completed", completed_at=at, eligible=True))


def test_dates_that_read_in_two_ways_are_never_decided_for_anybody(app: Flask, make: Factory) -> None:
    admin = make.user()
    content = b"order_id,order_status,order_delivered_customer_date\nA,delivered,03/04/2018 10:00\n"
    upload_id = take_upload("orders", "a.csv", BytesIO(content), admin)
    choose_reading(upload_id, "utf-8", ",", "", admin)
    choose_columns(upload_id, offer_columns(upload_id, admin).chosen, admin)
    (shape,) = offer_values(upload_id, admin).shapes
    assert shape.formats == ["%d/%m/%Y %H:%M", "%m/%d/%Y %H:%M"]
    assert offer_values(upload_id, admin).formats == []


def test_each_messy_case_has_its_rule_in_the_documentation() -> None:
    cases = json.loads((OLIST / "messy_cases.json").read_text(encoding="utf-8"))
    documented = (ROOT / "docs" / "imports.md").read_text(encoding="utf-8")
    names = [name.strip() for name in cases]
    missing = [name for name in names if f"| {name} |" not in documented]
    assert missing == []
