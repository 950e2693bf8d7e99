"""The export of the customer feedback: what its address answers, and what the files hold."""

import csv
import io
from datetime import UTC, datetime
from pathlib import Path
from resource import RLIMIT_FSIZE, getrlimit, setrlimit
from typing import Any
from zipfile import ZipFile

import openpyxl
import pytest
from sqlalchemy import select

from cxweb.core.audit import AuditEntry
from cxweb.core.db import session
from cxweb.exports.csv_text import MARK
from cxweb.ratings.models import Rating
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
    kept = list(session().scalars(select(Rating.comment).order_by(Rating.id)))
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


def test_numbers_are_numbers_and_times_are_the_companys(client: Client, make: Factory) -> None:
    make.setting("company.timezone", "America/New_York")
    # 23:30 of the day before in New York.
    late = datetime(2026, 6, 11, 3, 30, 45, tzinfo=UTC)
    for number in range(12):
        order = make.order(f"A-{number}", status="completed", at=late, drivers=[{"ref": "h", "name": "Hugo"}])
        if number:
            make.rating(order, 4 if number % 2 else 5, "Merci" if number == 1 else None, nps=9)
    client.sign_in(make.user("admin", language="en").email)
    book = workbook(client)
    by_date, by_driver, comments = book["By date"], book["By driver"], book["Comments"]
    assert str(rows(by_date)[2][0]) == "2026-06-10 00:00:00"
    assert by_date["A3"].is_date
    assert by_date["A3"].number_format == "dd/mm/yyyy"
    titles = [cell.value for cell in by_driver[1]]
    hugo = dict(zip(titles, rows(by_driver)[2], strict=True))
    total = dict(zip(titles, rows(by_driver)[1], strict=True))
    mean = (6 * 4 + 5 * 5) / 11
    assert (hugo["Completed orders"], hugo["Rated"], hugo["Ratings"], hugo["Average rating"]) == (12, 11, 11, mean)
    assert hugo | {"Driver": "Total", "Driver’s number": None} == total
    assert total["NPS"] == 100
    assert by_driver["H3"].number_format == "0.00"
    answered = comments["A3"]
    assert answered.is_date
    assert str(comments["C3"].value) == "2026-06-10 23:30:45"
    assert rows(comments)[1][1] == 1
    assert rows(comments)[1][6] == rows(comments)[2][6] == 4


def test_dates_are_put_together_as_on_the_page_and_drivers_are_ranked_where_the_company_ranks(
    client: Client, make: Factory
) -> None:
    make.setting("drivers.ranking", "on")
    for number in range(24):
        driver = {"ref": "ab"[number % 2], "name": ["Zoé", "Ali"][number % 2]}
        make.rating(make.order(f"A-{number}", status="completed", at=NOON, drivers=[driver]), 5 - number % 2)
    make.completed("B-1", drivers=[{"ref": "c", "name": "Bo"}])
    client.sign_in(make.user("admin", language="en").email)
    weeks = lines(client, "sheet=date&by=week")
    assert [row[:3] for row in weeks] == [
        ["Date", "Period", "Completed orders"],
        ["Total", "", "25"],
        ["2026-06-08", "2026-W24", "24"],
        [weeks[3][0], weeks[3][1], "1"],
    ]
    drivers = [row[:3] for row in lines(client, "sheet=driver")]
    assert drivers == [
        ["Driver", "Driver’s number", "Rank"],
        ["Total", "", ""],
        ["Zoé", "a", "1"],
        ["Ali", "b", "2"],
        ["Bo", "c", "—"],
    ]


def test_few_ratings_say_nothing_of_a_driver(client: Client, make: Factory) -> None:
    for number in range(4):
        order = make.completed(f"A-{number}", drivers=[{"ref": "h", "name": "Hugo"}])
        make.rating(order, 1) if number else None
    make.rating(make.completed("A-9"), 5)
    client.sign_in(make.user("admin", language="en").email)
    titles, _total, hugo, nobody = lines(client, "sheet=driver")
    counts = {"Driver": "Hugo", "Driver’s number": "h", "Completed orders": "4", "Rated": "3", "Ratings": "3"}
    assert dict(zip(titles, hugo, strict=True)) == {name: counts.get(name, "—") for name in titles}
    shown = dict(zip(titles, nobody, strict=True))
    assert (shown["Driver"], shown["Driver’s number"], shown["Average rating"]) == ("No driver", "", "5.00")


def test_what_is_older_than_drivers_figures_names_no_driver(client: Client, make: Factory) -> None:
    old = datetime(2025, 1, 10, 10, 0, tzinfo=UTC)
    make.rating(make.order("A-1", status="completed", at=old, drivers=[{"ref": "h", "name": "Hugo"}]), 2, "Too late")
    make.rating(make.completed("A-2", drivers=[{"ref": "h", "name": "Hugo"}]), 5, "Thanks")
    client.sign_in(make.user("admin", language="en").email)
    assert [(row[1], row[4]) for row in lines(client, "sheet=comments&sort=oldest")[2:]] == [
        ("A-1", ""),
        ("A-2", "Hugo"),
    ]
    assert len(lines(client, "sheet=driver")) == 3


def test_services_depots_and_reasons_stand_under_the_names_that_pages_use(client: Client, make: Factory) -> None:
    depot = make.depot("lyo-1", name="Lyon Gerland")
    for number, channel in enumerate(("pickup", "piano")):
        order = make.completed(depot=depot.ref, drivers=[{"ref": "h", "name": "Hugo"}], channel=channel)
        make.rating(order, 3, f"Bien {number}", reasons=("late",))
    client.sign_in(make.user("admin", language="fr").email)
    query = "depot=lyo-1&driver=h&channel=pickup&channel=piano&reason=late&sort=oldest"
    for found in (lines(client, f"sheet=comments&{query}"), rows(workbook(client, query)["Commentaires"])):
        assert found[0][5] == "Prestation"
        assert [row[5] for row in found[2:]] == ["Retrait", "piano"]
    with ZipFile(io.BytesIO(client.get(f"{PATH}?{query}").data)) as parts:
        said = parts.read("docProps/custom.xml").decode()
    values = [f">{value}<" for value in ("Lyon Gerland", "Hugo", "Retrait, piano", "Trop tard")]
    assert [value for value in values if value not in said] == []


def test_csv_is_harmless_and_whole(client: Client, make: Factory) -> None:
    for number, text in enumerate(ODD):
        make.rating(make.completed(f"A-{number}"), 3, text)
    client.sign_in(make.user("admin", language="en").email)
    stored = session().scalars(select(Rating.comment).order_by(Rating.id))
    for kept, row in zip(stored, lines(client, "sheet=comments&sort=oldest")[2:], strict=True):
        assert kept is not None
        risky = kept.startswith(("=", "+", "-", "@", "\t"))
        assert row[7] == (f"'{kept}" if risky else kept)


@pytest.mark.parametrize("query", ["format=pdf", "sheet=none&format=csv", "from=2026-13-01", "stars=9", "by=hour"])
def test_what_cannot_be_read_exports_nothing_and_says_so(client: Client, make: Factory, query: str) -> None:
    client.sign_in(make.user("admin", language="en").email)
    answer = client.get(f"{PATH}?{query}")
    assert answer.status_code == 422
    assert "Nothing was exported" in answer.text
    assert session().scalars(select(AuditEntry).where(AuditEntry.act == "feedback.exported")).all() == []


def test_only_what_the_person_sees_is_exported_and_it_is_on_record(client: Client, make: Factory) -> None:
    lyon = make.depot("lyon")
    make.depot("other")
    make.rating(make.completed("L-1", depot="lyon"), 5, "In Lyon")
    make.rating(make.completed("O-1", depot="other"), 1, "Elsewhere")
    person = make.user("relations", lyon, language="en")
    client.sign_in(person.email)
    assert [row[1] for row in lines(client, "sheet=comments")[2:]] == ["L-1"]
    book = workbook(client, "from=2026-01-01&stars=5")
    said = {prop.name: prop.value for prop in book.custom_doc_props.props}  # type: ignore[attr-defined]  # newer than its stubs
    assert (said["Part of the company"], said["From"], said["Stars"]) == ("lyon", "2026-01-01", "5")
    assert said["Time zone"] == "Europe/Paris"
    assert "Made: " in (book.properties.description or "")
    entries = session().scalars(select(AuditEntry).where(AuditEntry.act == "feedback.exported")).all()
    assert [(entry.actor, entry.details["asked"]["format"]) for entry in entries] == [
        (person.actor, ["csv"]),
        (person.actor, ["xlsx"]),
    ]


def test_a_full_disk_is_said_in_a_sentence(client: Client, make: Factory, tmp_path: Path) -> None:
    for _ in range(20):
        make.rating(comment="é" * 2_000)
    client.sign_in(make.user("admin", language="en").email)
    # A limit of the operating system on files stands for the disk: writing fails in the middle.
    least, most = getrlimit(RLIMIT_FSIZE)
    for query in ("format=xlsx", "format=csv&sheet=comments"):
        setrlimit(RLIMIT_FSIZE, (20_000, most))
        try:
            answer = client.get(f"{PATH}?{query}")
        finally:
            setrlimit(RLIMIT_FSIZE, (least, most))
        assert answer.status_code == 507
        assert "has no room left" in answer.text
        assert list((tmp_path / "exports").iterdir()) == []
