"""The export of the customer feedback: what its address answers, and what the files hold."""

import csv
import io
from datetime import UTC, datetime
from typing import Any
from zipfile import ZipFile

import openpyxl
import pytest
from sqlalchemy import select

from cxweb.core.audit import AuditEntry
from cxweb.core.db import session
from cxweb.exports.csv_text import MARK
from tests.factories import Factory
from tests.page import Client

PATH = "/admin/analytics/feedback/export"
# 12:30 in Paris.
NOON = datetime(2026, 6, 10, 10, 30, tzinfo=UTC)
ODD = [
    "=1+1",
    "+33 6 12 34 56 78",
    "-1",
    "@SUM(A1)",
    "\tafter a tab",
    "first line\nsecond line\n\nfourth",
    "très bien 😀👩‍👩‍👧 fin",
    "<r><t>bold</t></r>",
    "a & b < c > d \" '",
    "  spaces around  ",
    "é" * 2_000,
    "مرحبا",
]


def workbook(client: Client, query: str = "") -> openpyxl.Workbook:
    answer = client.get(f"{PATH}?{query}")
    assert answer.status_code == 200, answer.text
    assert answer.headers["Content-Length"] == str(len(answer.data))
    return openpyxl.load_workbook(io.BytesIO(answer.data))


def lines(client: Client, query: str) -> list[list[str]]:
    text = client.get(f"{PATH}?format=csv&{query}").data.decode()
    assert text.startswith(MARK)
    return list(csv.reader(io.StringIO(text.removeprefix(MARK), newline="")))


def rows(sheet: Any) -> list[tuple[Any, ...]]:
    return list(sheet.iter_rows(values_only=True))


@pytest.mark.parametrize(
    ("language", "titles"),
    [("fr", ["Par chauffeur", "Par date", "Commentaires"]), ("en", ["By driver", "By date", "Comments"])],
)
def test_a_workbook_has_exactly_three_sheets_in_the_readers_language(
    client: Client, make: Factory, language: str, titles: list[str]
) -> None:
    client.sign_in(make.user("relations", language=language).email)
    book = workbook(client)
    assert book.sheetnames == titles
    for sheet in book.worksheets:
        assert sheet.freeze_panes == "B3"
        assert len(rows(sheet)) == 2


def test_text_is_text_whatever_it_looks_like(client: Client, make: Factory) -> None:
    driver = {"ref": "=D1", "name": "=HYPERLINK(1)"}
    for number, text in enumerate(ODD):
        order = make.order(f"A-{number}", status="completed", at=NOON, drivers=[driver])
        make.rating(order, 4, text)
    client.sign_in(make.user("admin", language="en").email)
    book = workbook(client, "sort=oldest")
    kept = [rating.text for rating in _stored()]
    found = [row[7] for row in rows(book["Comments"])[2:]]
    assert found == kept
    assert kept[0] == "=1+1"
    cells = [cell for sheet in book.worksheets for row in sheet.iter_rows() for cell in row]
    assert len(cells) > 150
    assert [cell.coordinate for cell in cells if cell.data_type == "f"] == []
    with ZipFile(io.BytesIO(client.get(PATH).data)) as parts:
        sheets = [parts.read(name) for name in parts.namelist() if name.startswith("xl/worksheets/")]
        assert len(sheets) == 3
        assert not any(b"<f" in sheet or b"hyperlink" in sheet for sheet in sheets)
    assert rows(book["By driver"])[2][:2] == ("=HYPERLINK(1)", "=D1")


def _stored() -> Any:
    from cxweb.ratings.models import Rating

    return session().execute(select(Rating.comment.label("text")).order_by(Rating.id)).all()
