"""Ratings from files, against a real database."""

from datetime import UTC, datetime, timedelta
from itertools import permutations
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import func, select

from cxweb.actions.import_ratings import import_ratings
from cxweb.actions.rate_order import rate_order
from cxweb.actions.steps.import_run import BATCH
from cxweb.core import clock
from cxweb.core.audit import AuditEntry
from cxweb.core.db import session, transaction
from cxweb.orders.models import Order
from cxweb.ratings.models import Rating, RatingVersion
from cxweb.ratings.rules import Answer
from tests.factories import Factory
from tests.files import Folder

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
EARLY, LATE = "2026-11-01 10:00:00", "2026-11-02 10:00:00"


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    return Folder(tmp_path)


def run(folder: Folder, *lines: str, dry_run: bool = False) -> str:
    """The last line of a run over these rows."""
    file = folder.ratings(*lines)
    with clock.showing(NOW):
        tally = import_ratings(file, folder.ratings_mapping, report=folder.report, dry_run=dry_run)
    return tally.lines()[-1]


def counts(imported: int = 0, updated: int = 0, superseded: int = 0, refused: int = 0, unchanged: int = 0) -> str:
    counted = (imported, updated, superseded, refused, unchanged)
    names = ("imported", "updated", "superseded", "refused", "unchanged")
    return ", ".join(f"{name} {count}" for name, count in zip(names, counted, strict=True))


def stored() -> Rating:
    session().expire_all()
    return session().scalars(select(Rating)).one()


def versions() -> list[tuple[int, int, str | None]]:
    rows = session().execute(
        select(RatingVersion.version, RatingVersion.stars, RatingVersion.comment).order_by(RatingVersion.version)
    )
    return [(version, stars, comment) for version, stars, comment in rows]


def test_a_rating_comes_in_with_its_first_version(app: Flask, folder: Folder, make: Factory) -> None:
    make.completed("A")
    assert run(folder, f'r1,A,4,Ponctuel,"Bien\temballé,\r\nmerci  ",{EARLY}') == counts(imported=1)
    rating = stored()
    assert (rating.ref, rating.stars, rating.comment) == ("r1", 4, "Ponctuel\nBien emballé,\nmerci")
    assert (rating.answered_at, rating.version) == (datetime(2026, 11, 1, 9, 0, tzinfo=UTC), 1)
    assert (rating.survey_version_id, rating.nps, rating.ces) == (None, None, None)
    assert versions() == [(1, 4, "Ponctuel\nBien emballé,\nmerci")]


def test_the_same_ratings_again_change_nothing(app: Flask, folder: Folder, make: Factory) -> None:
    make.completed("A")
    make.completed("B")
    rows = (f"r1,A,4,,,{EARLY}", f"r2,A,2,,late,{LATE}", f"r1,B,5,,,{EARLY}", f"r1,B,5,,,{EARLY}")
    assert run(folder, *rows) == counts(imported=3, superseded=1)
    assert run(folder, *rows) == counts(superseded=1, unchanged=3)
    assert session().scalar(select(func.count()).select_from(RatingVersion)) == 2


@pytest.mark.parametrize("order", list(permutations(range(4))))
def test_the_latest_answer_counts_then_the_greatest_ref_in_any_order_of_the_rows(
    app: Flask, folder: Folder, make: Factory, order: tuple[int, ...]
) -> None:
    make.completed("A")
    rows = [f"r9,A,1,,,{EARLY}", f"r1,A,2,,,{LATE}", f"r2,A,3,,,{LATE}", f"r2,A,4,,,{EARLY}"]
    assert run(folder, *(rows[number] for number in order)) == counts(imported=1, superseded=3)
    assert (stored().ref, stored().stars) == ("r2", 3)
    assert run(folder, *(rows[number] for number in order)) == counts(superseded=3, unchanged=1)
    assert versions() == [(1, 3, None)]


def test_ratings_of_one_order_meet_across_batches(app: Flask, folder: Folder, make: Factory) -> None:
    make.completed("A")
    between = [f"x{number},U-{number},5,,,{EARLY}" for number in range(2 * BATCH)]
    rows = (f"r1,A,1,,,{EARLY}", *between, f"r2,A,2,,,{LATE}")
    assert run(folder, *rows, dry_run=True) == counts(imported=1, superseded=1, refused=2 * BATCH)
    assert session().scalar(select(func.count()).select_from(Rating)) == 0
    assert session().scalar(select(func.count()).where(AuditEntry.act == "ratings.imported")) == 0
    assert run(folder, *rows) == counts(imported=1, superseded=1, refused=2 * BATCH)
    assert stored().stars == 2
    assert [line.split(",")[0] for line in folder.reported()] == [str(line) for line in range(3, 2 * BATCH + 3)]


def test_a_later_run_supersedes_or_is_superseded_by_what_is_stored(app: Flask, folder: Folder, make: Factory) -> None:
    make.completed("A")
    assert run(folder, f"r2,A,2,,,{LATE}") == counts(imported=1)
    assert run(folder, f"r1,A,1,,,{EARLY}") == counts(superseded=1)
    assert stored().stars == 2
    assert run(folder, f"r3,A,3,,,{LATE}", f"r2,A,2,,,{LATE}") == counts(imported=1, superseded=1)
    assert (stored().ref, versions()) == ("r3", [(1, 2, None), (2, 3, None)])


def test_a_known_rating_that_says_something_else_is_updated_even_to_an_earlier_time(
    app: Flask, folder: Folder, make: Factory
) -> None:
    make.completed("A")
    run(folder, f"r1,A,4,,,{LATE}")
    assert run(folder, f"r1,A,3,,why,{LATE}") == counts(updated=1)
    assert run(folder, f"r1,A,3,,why,{EARLY}") == counts(updated=1)
    assert stored().answered_at == datetime(2026, 11, 1, 9, 0, tzinfo=UTC)
    assert versions() == [(1, 4, None), (2, 3, "why")]


def test_the_customers_own_rating_stands_unless_the_imported_answer_is_later(
    app: Flask, folder: Folder, make: Factory
) -> None:
    with clock.showing(datetime(2026, 11, 1, 12, 0, tzinfo=UTC)):
        make.rating(make.completed("A"), 5, "own", nps=9)
    assert run(folder, f"r1,A,1,,,{EARLY}") == counts(superseded=1)
    assert (stored().ref, stored().comment) == (None, "own")
    assert run(folder, f"r2,A,2,,,{LATE}") == counts(imported=1)
    assert (stored().ref, stored().stars, stored().comment, stored().nps) == ("r2", 2, None, None)
    assert versions() == [(1, 5, "own"), (2, 2, None)]


def test_what_the_customer_corrects_on_the_page_is_not_undone_by_importing_again(
    app: Flask, folder: Folder, make: Factory
) -> None:
    order = make.completed("A")
    answered = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)
    run(folder, f"r1,A,2,,,{LATE}")
    with clock.showing(answered + timedelta(hours=1)):
        rate_order(order.token, Answer(stars=5), "fr")
    assert run(folder, f"r1,A,2,,,{LATE}") == counts(superseded=1)
    assert stored().stars == 5


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        (f"r,NO,5,,,{EARLY}", "no order has the ref 'NO'"),
        (f"r,a b,5,,,{EARLY}", "no order has the ref 'a b'"),
        (f"r,,5,,,{EARLY}", "order_ref is missing"),
        (f",A,5,,,{EARLY}", "ref is missing"),
        (f"r,P,5,,,{EARLY}", "the order 'P' is not completed but planned"),
        (f"r,A,,,,{EARLY}", "stars are missing"),
        (f"r,A,0,,,{EARLY}", "stars '0' are not a whole number from 1 to 5"),
        (f"r,A,4.5,,,{EARLY}", "stars '4.5' are not a whole number from 1 to 5"),
        (f"r,A,५,,,{EARLY}", "stars '५' are not a whole number from 1 to 5"),
        (f"r,A,5,{'é' * 1990},{'x' * 10},{EARLY}", "comment is longer than 2000 characters"),
        ("r,A,5,,,", "answered_at is missing"),
        ("r,A,5,,,yesterday", "answered_at 'yesterday' fits no format of the mapping"),
        ("r,A,5,,,2026-11-20 13:05:01", "answered_at 2026-11-20 12:05:01 UTC lies in the future"),
        (f"r,A,5,,,{EARLY},more", "the record has 7 fields and the header 6"),
        (f'r,A,5,,"open,{EARLY}', "the record cannot be read: unexpected end of data"),
    ],
)
def test_a_rating_that_cannot_be_taken_is_reported_with_line_ref_and_reason(
    app: Flask, folder: Folder, make: Factory, row: str, reason: str
) -> None:
    make.completed("A")
    make.order("P")
    assert run(folder, f'ok,A,5,,"two\r\nlines",{EARLY}', row) == counts(imported=1, refused=1)
    ref = row.split(",")[0] if "cannot be read" not in reason else ""
    assert folder.reported() == [f"4,{ref},{reason}"]


def test_five_minutes_of_skew_and_an_answer_from_before_the_delivery_are_taken(
    app: Flask, folder: Folder, make: Factory
) -> None:
    with clock.showing(NOW):
        make.completed("A")
        make.completed("B")
    assert run(folder, "r,A,5,,,2026-11-20 13:05:00", "r,B,5,,,2020-01-01 00:00:00") == counts(imported=2)


def test_an_order_of_the_demo_takes_no_real_rating(app: Flask, folder: Folder, make: Factory) -> None:
    order = make.completed("A")
    with_demo(order)
    assert run(folder, f"r,A,5,,,{EARLY}") == counts(refused=1)


def with_demo(order: Order) -> None:
    with transaction() as opened:
        found = opened.get(Order, order.id)
        assert found is not None
        found.is_demo = True
