"""The kinds of files an import reads, and what the two commands say and answer."""

import gzip
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from flask import Flask
from openpyxl import Workbook
from sqlalchemy import func, select

from cxweb.accounts.rules import Operator
from cxweb.actions.import_orders import CannotImport, import_orders
from cxweb.actions.load_demo import load_demo
from cxweb.core.db import session
from cxweb.orders.models import CrewMember, Customer, Driver, Order, StatusChange
from cxweb.orders.queries import by_ref
from tests.factories import WHOLE, Factory
from tests.files import ORDER_COLUMNS, Folder, done, planned

ONE = "imported 1, updated 0, superseded 0, refused 0, unchanged 0"


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    return Folder(tmp_path)


def command(app: Flask, *arguments: object) -> Result:
    return app.test_cli_runner().invoke(args=[str(argument) for argument in arguments])


def workbook(folder: Folder, *rows: list[Any]) -> Path:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(list(ORDER_COLUMNS))
    for row in rows:
        sheet.append(row)
    file = folder.path / "orders.xlsx"
    book.save(file)
    return file


def test_a_workbook_gives_the_same_as_csv_with_its_own_dates_and_numbers(app: Flask, folder: Folder) -> None:
    made, finished, due = datetime(2025, 10, 1, 8), datetime(2025, 10, 2, 14, 30), datetime(2025, 10, 3).date()  # noqa: DTZ001
    row = [1001, "done", made, due, finished, None, 7.0, "Zoé", "C1", "a@example.com", "Lyon"]
    file = workbook(folder, row, [], [1002, "gone", "01/10/2025 08:00"])
    tally = import_orders(file, folder.orders_mapping, report=folder.report)
    assert tally.lines()[-1] == "imported 1, updated 0, superseded 0, refused 1, unchanged 0"
    assert folder.reported() == ["4,1002,status 'gone' is not among the mapping's words"]
    found = by_ref("1001", WHOLE)
    assert found.completed_at == datetime(2025, 10, 2, 12, 30, tzinfo=UTC)
    assert found.promised_to == datetime(2025, 10, 3, 21, 59, 59, tzinfo=UTC)
    assert [member.driver.ref for member in found.crew] == ["7"]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
def test_a_file_is_read_in_the_encoding_its_mapping_names(app: Flask, folder: Folder, encoding: str) -> None:
    text = folder.orders_mapping.read_text(encoding="utf-8").replace('"utf-8"', f'"{encoding}"')
    folder.write("orders.toml", text)
    tally = import_orders(folder.orders(done("A", town="Évry"), encoding=encoding), folder.orders_mapping)
    assert (tally.lines()[-1], by_ref("A", WHOLE).city) == (ONE, "Évry")


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_gzip_a_byte_order_mark_and_every_line_ending_are_read(app: Flask, folder: Folder, end: str) -> None:
    text = folder.orders(planned("A"), planned("no ref")).read_text(encoding="utf-8").replace("\n", end)
    file = folder.path / "orders.csv.gz"
    file.write_bytes(gzip.compress(("\ufeff" + text).encode()))
    import_orders(file, folder.orders_mapping, report=folder.report)
    assert [line.split(",")[:2] for line in folder.reported()] == [["3", "no ref"]]


def test_a_file_that_breaks_off_or_is_in_another_encoding_leaves_nothing_behind(app: Flask, folder: Folder) -> None:
    rows = [planned(f"N-{number}") for number in range(3000)]
    packed = gzip.compress(folder.orders(*rows).read_bytes())
    broken = folder.path / "broken.csv.gz"
    broken.write_bytes(packed[:-100])
    latin = folder.orders(*rows, planned("X", town="Évry"), name="latin.csv", encoding="latin-1")
    for file, reason in ((broken, "cannot be read to its end"), (latin, "not in the encoding utf-8")):
        with pytest.raises(CannotImport, match=reason):
            import_orders(file, folder.orders_mapping)
    assert session().scalar(select(func.count()).select_from(Order)) == 0


def test_a_real_order_removes_the_demo_and_a_dry_run_leaves_it(app: Flask, folder: Folder) -> None:
    load_demo(Operator())
    demo = session().scalar(select(func.count()).where(Order.is_demo)) or 0
    file = folder.orders(planned("A"))
    assert import_orders(file, folder.orders_mapping, dry_run=True).lines()[-1] == ONE
    assert session().scalar(select(func.count()).where(Order.is_demo)) == demo > 0
    assert import_orders(file, folder.orders_mapping).lines()[-1] == ONE
    assert session().scalars(select(Order.ref)).all() == ["A"]


def test_the_commands_print_their_counts_last_and_answer_0(app: Flask, folder: Folder, make: Factory) -> None:
    file = folder.orders(done("A", done="", due="01/10/2025"), {}, planned("B"))
    found = command(app, "import-orders", file, "--mapping", folder.orders_mapping, "--report", folder.report)
    lines = ["skipped empty rows 1", "fallback completed_at 1", ONE.replace("imported 1", "imported 2")]
    assert (found.exit_code, found.output.splitlines()) == (0, lines)
    assert folder.reported() == []
    rating = folder.ratings("r1,A,5,,,2025-11-01 10:00:00", "r1,B,5,,,2025-11-01 10:00:00")
    found = command(app, "import-ratings", rating, "--mapping", folder.ratings_mapping, "--dry-run")
    assert (found.exit_code, found.output) == (0, ONE.replace("refused 0", "refused 1") + "\n")


def test_what_cannot_be_imported_answers_1_with_one_sentence(app: Flask, folder: Folder) -> None:
    file, mapping = folder.orders(planned("A")), folder.orders_mapping
    bad = folder.write("bad.toml", "kind = ")
    other = folder.write("other.csv", "a,b\n1,2\n")
    cases: list[tuple[tuple[object, ...], str]] = [
        ((folder.path / "none.csv", "--mapping", mapping), "There is no file"),
        ((file, "--mapping", folder.path / "none.toml"), "cannot be read: No such file"),
        ((file, "--mapping", bad), "The mapping is not TOML"),
        ((file, "--mapping", folder.ratings_mapping), 'The mapping must say kind = "orders".'),
        ((other, "--mapping", mapping), "other.csv has no column no; it has a,b."),
        ((folder.write("empty.csv", ""), "--mapping", mapping), "empty.csv has no header."),
        ((folder.write("twice.csv", "no;no\n"), "--mapping", mapping), "twice.csv has "),
        ((folder.write("fake.xlsx", "no;"), "--mapping", mapping), "fake.xlsx is not a readable XLSX workbook."),
        ((folder.write("data.txt", "no;"), "--mapping", mapping), "data.txt is neither .csv nor .csv.gz nor .xlsx."),
        ((file, "--mapping", mapping, "--report", file), "The report would overwrite"),
        ((file, "--mapping", mapping, "--report", folder.path / "no" / "r.csv"), "cannot be written: No such file"),
    ]
    for arguments, sentence in cases:
        found = command(app, "import-orders", *arguments)
        assert found.exit_code == 1, (arguments, found.output)
        assert sentence in found.output
        assert found.output.startswith("Error: ")
        assert len(found.output.splitlines()) == 1
    assert session().scalar(select(func.count()).select_from(Order)) == 0


def test_three_runs_at_once_leave_each_order_once(app: Flask, folder: Folder) -> None:
    rows = [
        done(f"N-{number}", client=f"C-{number % 50}", driver=f"D-{number % 9}", depot="X") for number in range(400)
    ]
    file = folder.orders(*rows)

    def run(_: int) -> int:
        with app.app_context():
            return import_orders(file, folder.orders_mapping).counts["refused"]

    with ThreadPoolExecutor(3) as pool:
        assert list(pool.map(run, range(3))) == [0, 0, 0]
    for model, rows_left in ((Order, 400), (Customer, 50), (Driver, 9), (CrewMember, 400), (StatusChange, 800)):
        assert session().scalar(select(func.count()).select_from(model)) == rows_left


@pytest.mark.parametrize("name", ["import-orders", "import-ratings"])
def test_wrong_usage_answers_2(app: Flask, folder: Folder, name: str) -> None:
    assert command(app, name).exit_code == 2
    assert command(app, name, folder.orders(planned("A"))).exit_code == 2
    assert command(app, name, "a.csv", "--mapping", "b.toml", "--nonsense").exit_code == 2
