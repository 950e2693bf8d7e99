"""The import's pages, from the upload of a file to what became of its rows."""

import gc
import re
import resource
import warnings
from datetime import timedelta
from io import BytesIO
from pathlib import Path

import pytest
from flask import Flask
from openpyxl import Workbook
from sqlalchemy import func, select

from cxweb.actions.run_upload import run_upload
from cxweb.actions.undo_upload import undo_upload
from cxweb.core import clock
from cxweb.core.db import session
from cxweb.notifications.models import Notification
from cxweb.orders.models import Order
from cxweb.orders.queries import by_ref
from cxweb.uploads.models import Upload
from tests.factories import WHOLE, Factory
from tests.page import Client

LATIN = """N° commande;Statut;Livré le;Nom client;Ville
C1;Livrée;03/04/2018 10:00;Zoé;Évry
C2;perdu;05/06/2018 11:00;Al;Lyon
"""


@pytest.fixture
def admin(client: Client, make: Factory) -> Client:
    client.sign_in(make.user(language="en").email)
    return client


def upload(client: Client, name: str, content: bytes, kind: str = "orders") -> str:
    """The address of the upload's page."""
    form = {"kind": kind, "file": (BytesIO(content), name)}
    answer = client.submit("/admin/imports", form)
    assert answer.status_code == 303, answer.text
    return str(answer.location)


def test_a_file_of_a_spreadsheet_comes_in_step_by_step(app: Flask, admin: Client) -> None:
    here = upload(admin, "Livraisons mars.csv", LATIN.encode("cp1252"))
    page = admin.get(here).text
    assert "Zoé" in page
    readings = re.findall(r'name="reading" value="([^"]+)"', page)
    assert readings[0] == "cp1252|;|"
    assert not re.search(r'name="reading"[^>]*checked', page)
    assert admin.submit(here, {"reading": readings[0]}, action=f"{here}/reading").status_code == 303
    page = admin.get(here).text
    for field, column in (
        ("ref", "N° commande"),
        ("status", "Statut"),
        ("completed_at", "Livré le"),
        ("address_city", "Ville"),
    ):
        select_ = page.split(f'id="{field}"')[1].split("</select>")[0]
        assert f'value="{column}" selected' in select_, field
    columns = {"ref": "N° commande", "status": "Statut", "completed_at": "Livré le", "address_city": "Ville"}
    assert admin.submit(here, columns, action=f"{here}/columns").status_code == 303
    page = admin.get(here).text
    assert ("5 June 2018, 11:00" in page, "6 May 2018, 11:00" in page) == (True, True)
    assert not re.search(r'name="format-0"[^>]*checked', page)
    values = {"shape-0": "1", "timezone": "Europe/Paris", "word-0": "Livrée", "status-0": "completed"}
    undecided = admin.submit(here, values, action=f"{here}/values")
    assert (undecided.status_code, "Say how each kind of date is read" in undecided.text) == (422, True)
    chosen = {**values, "format-0": "%d/%m/%Y %H:%M"}
    assert admin.submit(here, chosen, action=f"{here}/values").status_code == 303
    page = admin.get(here).text
    assert "3 Apr 2018, 10:00" in page
    assert page.count('class="bad-cell"') == 1
    assert "no status was chosen for this word" in page
    assert admin.submit(here, {"dry": "1"}, action=f"{here}/start").status_code == 303
    assert 'http-equiv="refresh"' in admin.get(here).text
    run_upload(1)
    assert "This was a trial" in admin.get(here).text
    assert admin.submit(here, {"import": "1"}, action=f"{here}/start").status_code == 303
    run_upload(1)
    page = admin.get(here).text
    assert "Refused rows" in page
    report = admin.get(f"{here}/report")
    assert report.get_data().decode("utf-8-sig").splitlines() == [
        "Line,Number,Column,Value,Reason",
        "3,C2,Statut,perdu,no status was chosen for this word",
    ]
    assert by_ref("C1", WHOLE).city == "Évry"
    assert "Livraisons mars.csv" in admin.get("/admin/imports").text
    assert admin.submit(here, {}, action=f"{here}/undo").status_code == 303
    undo_upload(1)
    assert "Everything is as it was" in admin.get(here).text
    assert session().scalar(select(func.count()).select_from(Order)) == 0


def test_a_mapping_is_kept_under_a_name_for_the_next_file_and_the_command(
    app: Flask, admin: Client, tmp_path: Path
) -> None:
    content = b"id,state,done\nA,done,2026-11-01 10:00\n"
    here = upload(admin, "a.csv", content)
    admin.submit(here, {"reading": "utf-8|,|"}, action=f"{here}/reading")
    admin.submit(here, {"ref": "id", "status": "state", "completed_at": "done"}, action=f"{here}/columns")
    values = {
        "shape-0": "1",
        "format-0": "%Y-%m-%d %H:%M",
        "timezone": "Europe/Paris",
        "word-0": "done",
        "status-0": "completed",
    }
    admin.submit(here, values, action=f"{here}/values")
    refused = admin.submit(here, {"name": "../x.toml"}, action=f"{here}/save")
    assert (refused.status_code, "does not end in .toml" in refused.text) == (422, True)
    assert admin.submit(here, {"name": "Daily orders"}, action=f"{here}/save").status_code == 303
    text = admin.get("/admin/imports/mappings/1").text
    (tmp_path / "daily.toml").write_text(text, encoding="utf-8")
    (tmp_path / "a.csv").write_bytes(content)
    for mapping in ("Daily orders", tmp_path / "daily.toml"):
        done = app.test_cli_runner().invoke(args=["import-orders", str(tmp_path / "a.csv"), "--mapping", str(mapping)])
        assert (done.exit_code, "refused 0" in done.output) == (0, True), done.output
    again = upload(admin, "b.csv", content.replace(b"A,", b"B,"))
    assert admin.submit(again, {"mapping": "1"}, action=f"{again}/mapping").status_code == 303
    assert "A last look" in admin.get(again).text
    other = upload(admin, "c.csv", b"x,y\n1,2\n")
    refused = admin.submit(other, {"mapping": "1"}, action=f"{other}/mapping")
    assert (refused.status_code, "has no column “id”" in refused.text) == (422, True)
    admin.submit("/admin/imports", {}, action="/admin/imports/mappings/1/delete")
    assert "Daily orders" not in admin.get("/admin/imports").text.split("Saved mappings")[-1]


def test_a_sheet_of_a_workbook_is_chosen(app: Flask, admin: Client) -> None:
    book = Workbook()
    first, second = book.active, book.create_sheet("Notes")
    assert first is not None
    first.append(["nothing"])
    second.append(["order", "rating", "when", "id"])
    second.append(["A", 5, "2026-11-01 10:00", "r1"])
    stream = BytesIO()
    book.save(stream)
    here = upload(admin, "avis.xlsx", stream.getvalue(), "ratings")
    assert re.findall(r'name="reading" value="([^"]+)"', admin.get(here).text) == ["utf-8|,|Sheet", "utf-8|,|Notes"]
    admin.submit(here, {"reading": "utf-8|,|Notes"}, action=f"{here}/reading")
    columns = {"order_ref": "order", "stars": "rating", "answered_at": "when", "ref": "id"}
    missing = admin.submit(here, {**columns, "stars": ""}, action=f"{here}/columns")
    assert (missing.status_code, 'id="stars-error"' in missing.text) == (422, True)
    admin.submit(here, columns, action=f"{here}/columns")
    values = {"shape-0": "1", "format-0": "%Y-%m-%d %H:%M", "timezone": "Europe/Paris"}
    admin.submit(here, values, action=f"{here}/values")
    page = admin.get(here).text
    assert "no order has this number" in page
    assert 'name="send"' not in page


def test_customers_of_the_last_day_are_asked_once_where_the_switch_is_on(app: Flask, admin: Client) -> None:
    now = clock.now()
    rows = [
        f"{ref},{(now - timedelta(hours=hours)):%Y-%m-%d %H:%M},{ref}@example.com"
        for ref, hours in (("new", 2), ("old", 30))
    ]
    content = "\n".join(["id,done,mail", *rows]).encode()
    for send in ("", "on", "on"):
        here = upload(admin, "a.csv", content)
        admin.submit(here, {"reading": "utf-8|,|"}, action=f"{here}/reading")
        admin.submit(here, {"ref": "id", "completed_at": "done", "customer_email": "mail"}, action=f"{here}/columns")
        values = {
            "shape-0": "1",
            "format-0": "%Y-%m-%d %H:%M",
            "timezone": "UTC",
            "default-status": "completed",
            "default-notify": "email",
        }
        admin.submit(here, values, action=f"{here}/values")
        admin.submit(here, {"import": "1", "send": send}, action=f"{here}/start")
        run_upload(int(here.rsplit("/", 1)[1]))
        told = session().scalars(select(Notification.recipient)).all()
        assert told == (["new@example.com"] if send else [])


def test_what_cannot_be_taken_says_so_and_keeps_nothing(
    app: Flask, admin: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    for form, words in (
        ({"kind": "orders"}, "Choose a file first."),
        ({"kind": "orders", "file": (BytesIO(b""), "a.csv")}, "The file is empty."),
        ({"kind": "orders", "file": (BytesIO(b"x"), "a.pdf")}, "must be a CSV or an XLSX workbook"),
    ):
        answer = admin.submit("/admin/imports", form)
        assert (answer.status_code, words in answer.text) == (422, True), words
    here = upload(admin, "a.xlsx", b"no workbook")
    assert "no readable XLSX workbook" in admin.get(here).text
    monkeypatch.setattr("cxweb.web.admin.MOST_BYTES", 5_000)
    answer = admin.submit("/admin/imports", {"kind": "orders", "file": (BytesIO(b"x" * 9_000), "a.csv")})
    assert (answer.status_code, "This file is too large" in answer.text) == (413, True)
    admin.submit("/admin/imports", {}, action=f"{here}/discard")
    assert session().scalar(select(func.count()).select_from(Upload)) == 0


@pytest.mark.parametrize("size", [300_000, 4_000_000])
def test_a_full_disk_is_said_and_leaves_nothing(app: Flask, admin: Client, tmp_path: Path, size: int) -> None:
    token = re.search(r'name="csrf_token" value="([^"]+)"', admin.get("/admin/imports").text)
    assert token
    fields = f'--b\r\nContent-Disposition: form-data; name="csrf_token"\r\n\r\n{token[1]}\r\n'
    fields += '--b\r\nContent-Disposition: form-data; name="kind"\r\n\r\norders\r\n'
    fields += '--b\r\nContent-Disposition: form-data; name="file"; filename="a.csv"\r\n\r\n'
    body = fields.encode() + b"x" * size + b"\r\n--b--\r\n"
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    with warnings.catch_warnings():
        # The form's parser leaves the file that it could not write to the garbage collector.
        warnings.simplefilter("ignore", ResourceWarning)
        try:
            resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, limits[1]))
            answer = admin.post("/admin/imports", body, content_type="multipart/form-data; boundary=b")
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, limits)
        gc.collect()
    assert (answer.status_code, "There is no room" in answer.text) == (507, True)
    assert list(tmp_path.glob("uploads/*.csv")) == []


def test_an_old_page_changes_nothing_that_has_moved_on(app: Flask, admin: Client) -> None:
    here = upload(admin, "a.csv", b"id\nA\n")
    admin.submit(here, {"reading": "utf-8|,|"}, action=f"{here}/reading")
    admin.submit(here, {"ref": "id"}, action=f"{here}/columns")
    admin.submit(here, {"timezone": "Europe/Paris"}, action=f"{here}/values")
    admin.submit(here, {"import": "1"}, action=f"{here}/start")
    for act in ("columns", "discard", "start", "undo"):
        answer = admin.submit("/admin/components", {"ref": "id", "import": "1"}, action=f"{here}/{act}")
        assert (answer.status_code, answer.location) == (303, here), act
    assert admin.get("/admin/imports/99").status_code == 404


def test_an_admin_of_a_depot_may_not_import(app: Flask, client: Client, make: Factory) -> None:
    client.sign_in(make.user("admin", make.depot("LYON")).email)
    for path in ("/admin/imports", "/admin/imports/1", "/admin/imports/1/report", "/admin/imports/mappings/1"):
        assert client.get(path).status_code == 403, path
    for act in ("reading", "mapping", "columns", "values", "save", "start", "stop", "undo", "discard"):
        assert client.submit("/admin/components", {}, action=f"/admin/imports/1/{act}").status_code == 403, act
    assert "Import a file" not in client.get("/admin/orders").text
