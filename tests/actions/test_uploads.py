"""An uploaded file comes in as by the command, continues where a run stopped, and is undone as a whole."""

from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import func, select, text
from sqlalchemy.exc import DBAPIError

from cxweb.accounts.rules import ForbiddenAct, Staff
from cxweb.actions import run_upload as running
from cxweb.actions.ask_undo import ask_undo
from cxweb.actions.change_order_status import change_order_status
from cxweb.actions.import_orders import import_orders
from cxweb.actions.prune_uploads import prune_uploads
from cxweb.actions.run_upload import run_upload
from cxweb.actions.save_order import save_order
from cxweb.actions.start_upload import start_upload
from cxweb.actions.stop_upload import stop_upload
from cxweb.actions.sweep_uploads import sweep_uploads
from cxweb.actions.take_upload import take_upload
from cxweb.actions.undo_upload import undo_upload
from cxweb.company.models import Depot
from cxweb.core import kept_files
from cxweb.core.db import Base, db, session, transaction
from cxweb.intake.rules import OrderFields
from cxweb.orders.models import CrewMember, Customer, Driver, Order, OrderTag, StatusChange
from cxweb.orders.queries import by_ref
from cxweb.ratings.models import Rating, RatingVersion
from cxweb.uploads.models import Upload, UploadChange, UploadRefusal
from cxweb.uploads.queries import by_id
from cxweb.uploads.rules import CannotUpload, WrongMoment
from tests.factories import WHOLE, Factory
from tests.files import ORDERS, RATINGS, Folder, done, planned
from tests.uploads import counts, taken_in, uploaded


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    return Folder(tmp_path)


@pytest.fixture
def admin(make: Factory) -> Staff:
    return make.user()


def count(model: type[Base]) -> int:
    return session().scalar(select(func.count()).select_from(model)) or 0


def many(number: int) -> list[dict[str, str]]:
    return [
        done(f"N-{n}", client=f"C-{n % 7}", driver=f"D-{n % 5}", depot=f"X{n % 3}", tags="a;b") for n in range(number)
    ]


def test_an_upload_comes_in_as_by_the_command(app: Flask, folder: Folder, admin: Staff) -> None:
    rows = [*many(5), planned("no ref"), {}, done("LATE", done="31/02/2026 10:00"), planned("P", state="lost")]
    file = folder.orders(*rows)
    dry = taken_in(uploaded(file, ORDERS, "orders", admin), admin, dry_run=True)
    assert (dry.state, counts(dry), count(Order)) == ("done", [5, 0, 0, 3, 0], 0)
    upload = taken_in(dry.id, admin)
    assert (upload.state, counts(upload), upload.tally["skipped"]) == ("done", [5, 0, 0, 3, 0], 1)
    assert import_orders(file, folder.orders_mapping).lines()[-1].endswith("refused 3, unchanged 5")
    told = session().scalars(select(UploadRefusal).order_by(UploadRefusal.line)).all()
    assert [(row.line, row.ref, row.problem, row.place, row.value) for row in told] == [
        (7, "no ref", "bad_ref", "no", "no ref"),
        (9, "LATE", "no_format", "done", "31/02/2026 10:00"),
        (10, "P", "unknown_word", "state", "lost"),
    ]


def test_a_run_that_is_cut_off_is_continued_without_doubling_a_row(
    app: Flask, folder: Folder, admin: Staff, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("cxweb.actions.steps.upload_portions.BATCH", 10)
    monkeypatch.setattr(running, "LONGEST_S", 0.0)
    upload_id = uploaded(folder.orders(*many(35), planned("no ref")), ORDERS, "orders", admin)
    start_upload(upload_id, admin, dry_run=False, send=False)
    for batches in (1, 2, 3, 4):
        run_upload(upload_id)
        assert (by_id(upload_id).state, by_id(upload_id).batches) == ("queued", batches)
        session().expire_all()
    run_upload(upload_id)
    assert counts(by_id(upload_id)) == [35, 0, 0, 1, 0]
    ratings = [f"r{n},N-{n % 35},{n % 5 + 1},,,2026-11-01 10:00:{n:02}" for n in range(40)]
    ratings += ["bad,N-1,6,,,2026-11-01 10:00:00", "none,X,5,,,2026-11-01 10:00:00", ",,,,,"]
    rating_id = uploaded(folder.ratings(*ratings), RATINGS, "ratings", admin)
    start_upload(rating_id, admin, dry_run=False, send=False)
    while by_id(rating_id).state != "done":
        run_upload(rating_id)
        session().expire_all()
    assert by_id(rating_id).run > 5
    assert counts(by_id(rating_id)) == [35, 0, 5, 2, 0]
    assert [count(model) for model in (Order, Rating, RatingVersion, StatusChange)] == [35, 35, 35, 70]
    assert count(UploadRefusal) == 3


def test_a_file_is_in_the_hands_of_one_process_and_the_sweeper_asks_for_what_nobody_is_at(
    app: Flask, folder: Folder, admin: Staff
) -> None:
    upload_id = uploaded(folder.orders(*many(3)), ORDERS, "orders", admin)
    start_upload(upload_id, admin, dry_run=False, send=False)
    assert sweep_uploads() == 0
    with transaction() as opened:
        opened.get_one(Upload, upload_id).asked_at = None
    with kept_files.alone(kept_files.folder("uploads") / f"{upload_id}.lock") as mine:
        assert mine
        run_upload(upload_id)
        assert (count(Order), sweep_uploads()) == (0, 0)
    assert sweep_uploads() == 1
    run_upload(upload_id)
    run_upload(upload_id)
    assert (counts(by_id(upload_id)), by_id(upload_id).run) == ([3, 0, 0, 0, 0], 1)


def test_a_run_that_breaks_at_the_same_rows_again_and_again_is_given_up(
    app: Flask, folder: Folder, admin: Staff
) -> None:
    upload_id = uploaded(folder.orders(*many(3)), ORDERS, "orders", admin)
    start_upload(upload_id, admin, dry_run=False, send=False)
    rename("order_tag", "gone")
    for _ in range(11):
        with pytest.raises(DBAPIError):
            run_upload(upload_id)
    run_upload(upload_id)
    session().expire_all()
    assert (by_id(upload_id).state, by_id(upload_id).problem, count(Order)) == ("failed", "stuck", 0)
    rename("gone", "order_tag")
    assert counts(taken_in(upload_id, admin)) == [3, 0, 0, 0, 0]


def rename(table: str, name: str) -> None:
    """A table that is not there breaks whatever would write into it."""
    db.session.remove()
    with db.engine.begin() as connection:
        connection.execute(text(f"ALTER TABLE {table} RENAME TO {name}"))


def test_a_stopped_import_keeps_what_came_in_and_is_undone(
    app: Flask, folder: Folder, admin: Staff, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("cxweb.actions.steps.upload_portions.BATCH", 2)
    monkeypatch.setattr(running, "LONGEST_S", 0.0)
    upload_id = uploaded(folder.orders(*many(9)), ORDERS, "orders", admin)
    start_upload(upload_id, admin, dry_run=False, send=False)
    run_upload(upload_id)
    stop_upload(upload_id, admin)
    run_upload(upload_id)
    assert (by_id(upload_id).state, count(Order)) == ("cancelled", 4)
    with pytest.raises(WrongMoment):
        start_upload(upload_id, admin, dry_run=False, send=False)
    ask_undo(upload_id, admin)
    undo_upload(upload_id)
    assert (by_id(upload_id).state, count(Order)) == ("undone", 0)


def test_undoing_leaves_the_database_as_it_was(app: Flask, folder: Folder, make: Factory, admin: Staff) -> None:
    make.order(
        "A", drivers=[{"ref": "D-0", "name": "Zoé"}], tags=["x"], depot="X0", customer={"ref": "C-1", "name": "Ann"}
    )
    make.order("B", status="completed", customer={"email": "b@example.com"})
    before = pictures()
    rows = [done("A", client="C-1", mail="new@example.com", driver="D-9", depot="X9", tags="b", town="Évry")]
    upload = taken_in(uploaded(folder.orders(*rows, *many(600)), ORDERS, "orders", admin), admin)
    assert counts(upload) == [600, 1, 0, 0, 0]
    assert by_ref("A", WHOLE).status == "completed"
    ask_undo(upload.id, admin)
    undo_upload(upload.id)
    session().expire_all()
    assert (by_id(upload.id).state, count(UploadChange)) == ("undone", 0)
    assert pictures() == before
    assert counts(taken_in(upload.id, admin)) == [600, 1, 0, 0, 0]


def pictures() -> list[list[tuple[object, ...]]]:
    """All that orders consist of, row by row."""
    tables = (Order, Customer, Driver, Depot, CrewMember, OrderTag, StatusChange)
    return [sorted(tuple(row) for row in session().execute(select(*table.__table__.c))) for table in tables]


def test_undone_ratings_give_the_former_answer_back(app: Flask, folder: Folder, make: Factory, admin: Staff) -> None:
    given = make.rating(make.completed("A", drivers=[]), 4, "fine", nps=9)
    make.completed("B")
    file = folder.ratings(
        "r1,A,1,bad,,2099-01-01 10:00:00", "r1,A,2,,late,2026-11-24 23:00:00", "r2,B,5,,,2026-11-01 10:00:00"
    )
    upload = taken_in(uploaded(file, RATINGS, "ratings", admin), admin)
    assert upload.tally["counts"]["refused"] >= 1
    ask_undo(upload.id, admin)
    undo_upload(upload.id)
    session().expire_all()
    kept = session().scalars(select(Rating)).one()
    assert (kept.id, kept.stars, kept.comment, kept.nps, kept.version, kept.ref) == (given.id, 4, "fine", 9, 1, None)


def test_what_depends_on_an_import_keeps_it_and_is_named(
    app: Flask, folder: Folder, make: Factory, admin: Staff
) -> None:
    upload = taken_in(uploaded(folder.orders(*many(4), planned("P"), planned("Q")), ORDERS, "orders", admin), admin)
    make.rating(by_ref("N-1", WHOLE), 5)
    save_order("P", OrderFields(route="7"), admin)
    change_order_status(by_ref, "Q", "completed", admin, at=None, reason=None)
    ask_undo(upload.id, admin)
    undo_upload(upload.id)
    session().expire_all()
    found = by_id(upload.id)
    assert (found.state, count(Order)) == ("done", 6)
    assert found.dependents["rated"] == {"count": 1, "refs": ["N-1"]}
    assert found.dependents["changed"] == {"count": 2, "refs": ["P", "Q"]}


def test_only_an_admin_of_the_whole_company_may_import(app: Flask, folder: Folder, make: Factory) -> None:
    file = folder.orders(planned("A"))
    for person in (make.user("relations"), make.user("admin", make.depot("LYON"))):
        with file.open("rb") as stream, pytest.raises(ForbiddenAct):
            take_upload("orders", "a.csv", stream, person)


@pytest.mark.parametrize(("name", "content", "problem"), [("a.csv", b"", "empty"), ("a.ods", b"x", "kind")])
def test_a_file_that_cannot_be_taken_leaves_nothing(
    app: Flask, folder: Folder, admin: Staff, name: str, content: bytes, problem: str
) -> None:
    file = folder.path / name
    file.write_bytes(content)
    with file.open("rb") as stream, pytest.raises(CannotUpload, match=problem):
        take_upload("orders", name, stream, admin)
    assert (count(Upload), list(kept_files.folder("uploads").iterdir())) == (0, [])


def test_files_are_for_the_product_alone_and_go_after_the_days_that_are_set(
    app: Flask, folder: Folder, make: Factory, admin: Staff
) -> None:
    upload = taken_in(uploaded(folder.orders(*many(2), planned("no ref")), ORDERS, "orders", admin), admin)
    place = kept_files.folder("uploads")
    (file,) = [file for file in place.iterdir() if file.suffix == ".csv"]
    assert (place.stat().st_mode & 0o777, file.stat().st_mode & 0o777) == (0o700, 0o600)
    assert prune_uploads() == 0
    with transaction() as opened:
        old = opened.get_one(Upload, upload.id)
        old.ended_at = old.created_at.replace(year=2020)
    assert prune_uploads() == 1
    assert not file.exists()
    assert (count(UploadRefusal), count(UploadChange), count(Upload), count(Order)) == (0, 0, 1, 2)
    with pytest.raises(WrongMoment):
        ask_undo(upload.id, admin)
