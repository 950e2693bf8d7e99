"""A person is erased everywhere, figures stay, and nothing of them comes back: not by the API, a file or a journal."""

import zipfile
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select, update

from bench._people import fill, person
from bench.erasure import in_rows
from cxweb.accounts.rules import ForbiddenAct, Operator, Perimeter
from cxweb.actions.build_export import build_export
from cxweb.actions.erase_customer import Erased, erase_customer
from cxweb.actions.import_orders import import_orders
from cxweb.actions.prune_uploads import prune_uploads
from cxweb.actions.reapply_erasures import reapply_erasures
from cxweb.actions.save_order import save_order
from cxweb.actions.steps.export_lease import LeaseLost, claim_export, finish_export
from cxweb.actions.steps.note_erasures import journal_file
from cxweb.analytics.filters import ReportFilter
from cxweb.analytics.queries import feedback, funnel
from cxweb.core import clock, journal
from cxweb.core.audit import AuditEntry
from cxweb.core.db import dialect_name, session, transaction
from cxweb.notifications.models import Notification
from cxweb.notifications.queries import opt_out_of
from cxweb.orders.models import Customer, Order
from cxweb.orders.queries import by_ref
from cxweb.privacy.rules import UnknownCustomer
from cxweb.reports.models import FeedbackExport
from cxweb.uploads.models import Upload, UploadChange
from tests.factories import WHOLE, Factory
from tests.files import ORDERS, Folder, done
from tests.page import Client
from tests.uploads import counts, taken_in, uploaded

PERSON = {"ref": "C-1", "name": "Nadia Benkirane", "email": "nadia@example.com", "phone": "+33639980001"}
TEXTS = ("Benkirane", "nadia@example.com", "+33639980001", "rue Secrète", "très aimable")


def erase(ref: str = "C-1") -> Erased:
    return erase_customer(Operator(), ref=ref)


def order(ref: str) -> Order:
    session().expire_all()
    return by_ref(ref, WHOLE)


def test_one_of_many_is_erased_from_every_row_and_file_and_the_figures_stay(app: Flask, tmp_path: Path) -> None:
    fill(60)
    gone, kept = person(30), person(31)
    before = (feedback(ReportFilter(), Perimeter()), funnel(ReportFilter(), Perimeter()))
    links = dict(session().execute(select(Order.ref, Order.token)).all())
    erased = erase(gone.ref)
    session().expire_all()
    assert (erased.orders, erased.others, erased.clean) == (1, 0, dialect_name() == "sqlite")
    assert in_rows(gone.texts) == []
    assert {wanted.partition(" in ")[0] for wanted in in_rows(kept.texts)} == set(kept.texts)
    assert (feedback(ReportFilter(), Perimeter()), funnel(ReportFilter(), Perimeter())) == before
    # The old link opens nothing any more; the digest goes on keeping messages away.
    assert [ref for ref, token in links.items() if order(ref).token != token] == ["A-000030"]
    assert opt_out_of("email", gone.email) is not None
    if dialect_name() == "sqlite":
        content = (tmp_path / "cxweb.sqlite3").read_bytes()
        assert not [text for text in gone.texts if text.encode() in content]
        assert [text for text in kept.texts if text.encode() in content] == kept.texts
        assert (tmp_path / "cxweb.sqlite3-wal").stat().st_size == 0
    [entry] = session().scalars(select(AuditEntry).where(AuditEntry.act == "customer.erased"))
    assert entry.details == {"orders": 1}
    noted = journal_file()
    assert noted.stat().st_mode & 0o777 == 0o600
    assert sorted(entry["kind"] for entry in journal.read(noted)) == ["email", "order", "ref", "sms"]
    with pytest.raises(UnknownCustomer):
        erase(gone.ref)


def test_orders_without_a_ref_that_are_the_same_person_go_too_and_others_stay(app: Flask, make: Factory) -> None:
    make.completed("A-1", customer=PERSON)
    make.completed("A-2", customer={"email": "Nadia@example.com"})
    make.completed("A-3", customer={"name": "Omar Haddad", "phone": "+33639980001"})
    make.completed("A-4", customer={"ref": "C-2", "name": "Sami Benkirane", "email": "nadia@example.com"})
    erased = erase()
    assert (erased.orders, erased.others) == (2, 2)
    names = {ref: (found.name, found.email) for ref in ("A-1", "A-2", "A-3", "A-4") if (found := order(ref).customer)}
    assert names == {
        "A-1": (None, None),
        "A-2": (None, None),
        "A-3": ("Omar Haddad", None),
        "A-4": ("Sami Benkirane", "nadia@example.com"),
    }


def test_files_and_rows_that_may_quote_the_person_go(app: Flask, make: Factory) -> None:
    make.completed("A-1", customer=PERSON)
    data, now = app.config["CXWEB"].data_dir, clock.now()
    common = {"kind": "orders", "size": 1, "mapping": {}, "tally": {}, "before": {}, "dependents": {}}
    with transaction() as opened:
        for name, state in (("over.csv", "done"), ("at-work.csv", "running")):
            upload = Upload(file_name=name, stored_as=name, state=state, created_at=now, created_by="user:1", **common)
            opened.add(upload)
            opened.flush()
            for former in (PERSON, {"email": "omar@example.com"}):
                change = {"kind": "customer", "object_id": 1, "former": former, "left_as": "x"}
                opened.add(UploadChange(upload_id=upload.id, **change))
    for folder, name in (
        ("uploads", "over.csv"),
        ("uploads", "at-work.csv"),
        ("uploads", "1.lock"),
        ("exports", "1.xlsx"),
    ):
        (data / folder).mkdir(exist_ok=True)
        (data / folder / name).write_text("nadia@example.com", encoding="utf-8")
    erase()
    left = sorted(file.name for folder in ("uploads", "exports") for file in (data / folder).iterdir())
    assert left == ["1.lock", "at-work.csv"]
    assert in_rows(("nadia@example.com",)) == []
    assert session().scalars(select(UploadChange.former)).all() == [{"email": "omar@example.com"}]
    assert session().execute(select(Upload.file_name, Upload.kept).order_by(Upload.id)).all() == [
        ("over.csv", False),
        ("at-work.csv", True),
    ]


def in_files(data: Path, texts: tuple[str, ...]) -> list[str]:
    """The files of the data folder, beside the database, that hold a text: as bytes, and inside of workbooks."""
    found = []
    for file in (file for file in data.rglob("*") if file.is_file() and "sqlite3" not in file.name):
        content = file.read_bytes()
        if zipfile.is_zipfile(file):
            with zipfile.ZipFile(file) as archive:
                content += b"".join(archive.read(name) for name in archive.namelist())
        found += [f"{text} in {file.relative_to(data)}" for text in texts if text.encode() in content]
    return found


def test_exports_uploads_and_reports_of_imports_that_were_really_made_hold_nothing_of_the_person(
    client: Client, make: Factory, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = Folder(tmp_path_factory.mktemp("theirs"))
    data, boss = client.app.config["CXWEB"].data_dir, make.user("admin")
    monkeypatch.setattr("cxweb.web.admin.exports.AT_ONCE", 0)
    theirs = {"client": "C-1", "mail": "nadia@example.com", "town": "rue Secrète"}
    # The second is refused, and the report of it quotes the address.
    file = files.orders(done("A-1", **theirs), {**done("A-2", **theirs), "done": "nadia@example.com"})
    upload = taken_in(uploaded(file, ORDERS, "orders", boss), boss)
    assert counts(upload) == [1, 0, 0, 1, 0]
    make.rating(order("A-1"), 2, "très aimable, Benkirane")
    client.sign_in(boss.email)
    for kind in ("xlsx", "csv"):
        query = f"format={kind}&sheet=comments"
        assert client.get(f"/admin/analytics/feedback/export?{query}").status_code == 303
    for export_id in session().scalars(select(FeedbackExport.id)).all():
        build_export(export_id)
    before = in_files(data, TEXTS)
    assert {line.partition("/")[0].partition(" in ")[2] for line in before} == {"exports", "uploads"}
    assert [line for line in in_rows(TEXTS) if "upload_refusal" in line]
    erase()
    assert in_files(data, TEXTS) == []
    assert in_rows(TEXTS) == []


def test_a_file_that_is_made_during_the_erasure_is_not_kept(
    client: Client, make: Factory, monkeypatch: pytest.MonkeyPatch
) -> None:
    make.rating(make.completed("A-1", customer=PERSON), 2, "très aimable")
    client.sign_in(make.user("admin").email)
    monkeypatch.setattr("cxweb.web.admin.exports.AT_ONCE", 0)
    assert client.get("/admin/analytics/feedback/export?format=csv&sheet=comments").status_code == 303
    (export_id,) = session().scalars(select(FeedbackExport.id)).all()
    with transaction():
        lease = claim_export(export_id, clock.now())
    assert lease is not None
    erase()
    # Whoever holds it has read the state before, and learns that the file is not wanted.
    with pytest.raises(LeaseLost), transaction():
        finish_export(lease, 1, clock.now())
    build_export(export_id)
    session().expire_all()
    assert session().scalars(select(FeedbackExport.state)).all() == ["ready"]
    assert in_files(client.app.config["CXWEB"].data_dir, TEXTS) == []


def test_an_upload_that_was_at_work_during_an_erasure_goes_once_it_is_over(app: Flask, make: Factory) -> None:
    make.completed("A-1", customer=PERSON)
    data, now = app.config["CXWEB"].data_dir, clock.now()
    (data / "uploads").mkdir()
    (data / "uploads" / "a.csv").write_text("nadia@example.com", encoding="utf-8")
    common = {"kind": "orders", "size": 1, "mapping": {}, "tally": {}, "before": {}, "dependents": {}}
    with transaction() as opened:
        opened.add(
            Upload(file_name="a", stored_as="a.csv", state="running", created_at=now, created_by="user:1", **common)
        )
    erase()
    assert prune_uploads() == 0
    with transaction() as opened:
        opened.execute(update(Upload).values(state="done"))
    assert prune_uploads() == 1
    assert not (data / "uploads" / "a.csv").exists()


def test_what_waits_to_be_sent_is_not_sent(app: Flask, make: Factory) -> None:
    make.setting("notifications.delay_minutes", "30")
    make.completed("A-1", customer=PERSON, notify="both")
    erase()
    found = session().execute(select(Notification.state, Notification.reason, Notification.recipient)).all()
    assert found == [("suppressed", "erased", None)] * 2


def test_an_erased_person_who_comes_back_is_taken_in_without_contact_data(
    app: Flask, make: Factory, tmp_path: Path
) -> None:
    make.completed("A-1", customer=PERSON, address_line="12 rue Secrète", city="Lyon")
    erase()
    again = {"customer": PERSON, "address_line": "12 rue Secrète", "city": "Lyon", "route": "R-7"}
    for ref in ("A-1", "A-9"):
        save_order(ref, again, Operator())  # type: ignore[arg-type]  # as the API gives them
    save_order("A-1", {"customer": None}, Operator())
    save_order("A-1", {"customer": {"email": "nadia@example.com"}}, Operator())
    assert in_rows(TEXTS) == []
    assert (order("A-1").route, order("A-9").route, order("A-9").customer) == ("R-7", "R-7", None)
    assert order("A-1").customer is not None

    folder = Folder(tmp_path)
    rows = [
        done("A-1", client="C-1", mail="nadia@example.com", town="Lyon"),
        done("A-10", client="C-1", mail="nadia@example.com", town="Lyon"),
        done("A-11", client="C-3", mail="omar@example.com", town="Lyon"),
    ]
    for expected in ("imported 2", "imported 0"):
        tally = import_orders(folder.orders(*rows), folder.orders_mapping)
        assert tally.lines()[-1].startswith(expected)
        assert in_rows(("nadia@example.com",)) == []
    # A second time nothing of it has changed.
    assert "updated 0" in tally.lines()[-1]
    assert (order("A-10").customer, order("A-10").city) == (None, None)
    found = order("A-11").customer
    assert found is not None
    assert (found.email, order("A-11").city) == ("omar@example.com", "Lyon")


def test_the_journal_erases_again_whom_a_restored_backup_brought_back(app: Flask, make: Factory) -> None:
    make.completed("A-1", customer=PERSON, address_line="12 rue Secrète")
    make.completed("A-2", customer={"name": "Omar Haddad", "email": "omar@example.com"})
    make.completed("A-3", customer={"ref": "C-3", "email": "zoe@example.com"})
    ids = {ref: order(ref).customer_id for ref in ("A-1", "A-2")}
    erase()
    erase_customer(Operator(), customer_id=ids["A-2"])
    with transaction() as opened:
        # As they stood in a backup made before: nothing in the database says that they were erased.
        for ref, columns in (("A-1", PERSON), ("A-2", {"name": "Omar Haddad", "email": "omar@example.com"})):
            customer = opened.get(Customer, ids[ref])
            assert customer is not None
            customer.erased_at = None
            for name, value in columns.items():
                setattr(customer, name, value)
        opened.execute(Customer.metadata.tables["known_person"].delete())
    assert reapply_erasures(Operator()) == 2
    assert in_rows(("nadia@example.com", "Benkirane", "omar@example.com", "Haddad")) == []
    found = order("A-3").customer
    assert found is not None
    assert found.email == "zoe@example.com"
    assert reapply_erasures(Operator()) == 0


def test_who_sees_a_part_of_the_company_erases_nobody(app: Flask, make: Factory) -> None:
    make.completed("A-1", customer=PERSON)
    with pytest.raises(ForbiddenAct):
        erase_customer(make.user("admin", make.depot("LYON")), ref="C-1")
    assert order("A-1").customer is not None
