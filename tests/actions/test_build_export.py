"""A large export: made by a job under a lease, once whatever dies, and handed to nobody but who asked for it."""

import csv
import io
from datetime import timedelta
from pathlib import Path

import openpyxl
import pytest
from sqlalchemy import select, update

from cxweb.accounts.models import User, UserBranch
from cxweb.actions.build_export import build_export
from cxweb.actions.prune_exports import prune_exports
from cxweb.core import clock
from cxweb.core.db import session, transaction
from cxweb.jobs.reports import send
from cxweb.reports.models import FeedbackExport
from cxweb.reports.queries import exports_left
from cxweb.reports.rules import KEPT
from tests.factories import Factory
from tests.page import Client
from tests.servers import MailServer

PATH = "/admin/analytics/feedback/export"


@pytest.fixture(autouse=True)
def _few_are_many(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cxweb.web.admin.exports.AT_ONCE", 2)


def asked(client: Client, make: Factory, query: str = "", role: str = "relations") -> tuple[FeedbackExport, str]:
    for number in range(3):
        make.rating(stars=number + 1, comment=f"Word {number}")
    client.sign_in(make.user(role, language="en").email)
    answer = client.get(f"{PATH}?{query}")
    assert answer.status_code == 303
    return row(), answer.location


def row() -> FeedbackExport:
    session().expire_all()
    return session().scalars(select(FeedbackExport)).one()


def change(**values: object) -> None:
    with transaction() as opened:
        opened.execute(update(FeedbackExport).values(**values))


def test_a_large_export_shows_its_progress_and_can_be_fetched_when_ready(
    client: Client, make: Factory, mailing: MailServer
) -> None:
    export, page = asked(client, make)
    assert client.get(f"{PATH}").location == page
    assert (export.state, export.rows) == ("waiting", 3)
    assert 'hx-trigger="every 2s"' in client.get(page).text
    assert client.get(f"{page}/file").status_code == 404
    build_export(export.id)
    build_export(export.id)
    assert (row().state, row().attempts, row().rows_done) == ("ready", 1, 3)
    shown = client.get(page).text
    assert "The file is ready" in shown
    assert "hx-trigger" not in shown
    fetched = client.get(f"{page}/file")
    book = openpyxl.load_workbook(io.BytesIO(fetched.data))
    assert book.sheetnames == ["By driver", "By date", "Comments"]
    assert len(list(book["Comments"].iter_rows())) == 5
    assert export.file_name in client.get("/admin/reports").text
    send()
    send()
    assert len(mailing.mails) == 1
    assert page in mailing.mails[0].get_body(("plain",)).get_content()  # type: ignore[union-attr]


def test_nobody_else_fetches_it_nor_who_may_no_longer_see_what_it_holds(client: Client, make: Factory) -> None:
    export, page = asked(client, make)
    build_export(export.id)
    lyon = make.depot("lyon")
    for role, depot_id, answer in (("admin", lyon.id, 404), ("reader", None, 403)):
        with transaction() as opened:
            opened.execute(update(User).where(User.id == export.user_id).values(role=role))
            mine = update(UserBranch).where(UserBranch.user_id == export.user_id)
            opened.execute(mine.values(depot_id=depot_id))
        assert client.get(f"{page}/file").status_code == answer
    other = Client(client.app)
    other.sign_in(make.user("admin").email)
    assert other.get(page).status_code == 404
    assert other.get(f"{page}/file").status_code == 404


def test_who_lost_the_right_meanwhile_gets_no_file(client: Client, make: Factory) -> None:
    export, _page = asked(client, make)
    with transaction() as opened:
        opened.execute(update(User).where(User.id == export.user_id).values(disabled_at=clock.now()))
    build_export(export.id)
    assert (row().state, row().reason) == ("failed", "forbidden")


def test_a_dead_process_is_followed_by_another_and_five_dead_ones_by_none(client: Client, make: Factory) -> None:
    export, page = asked(client, make)
    now = clock.now()
    assert exports_left(now + timedelta(minutes=1)) == [export.id]
    for attempts, state in ((4, "ready"), (5, "failed")):
        change(state="building", lease_until=now + timedelta(seconds=30), lease_token="gone", attempts=attempts)
        build_export(export.id)
        assert row().state == "building"
        assert exports_left(now + timedelta(seconds=20)) == []
        with clock.showing(now + timedelta(minutes=1)):
            build_export(export.id)
        assert row().state == state
    assert "tried several times" in client.get(page).text


def test_it_is_kept_for_seven_days_and_what_was_left_half_written_for_one(
    client: Client, make: Factory, tmp_path: Path
) -> None:
    export, page = asked(client, make, "format=csv&sheet=comments")
    build_export(export.id)
    folder = tmp_path / "exports"
    (folder / "making-old").mkdir()
    (folder / "making-old" / "file").write_bytes(b"half")
    (file,) = folder.glob("*.csv")
    assert list(csv.reader(io.StringIO(client.get(f"{page}/file").text[1:], newline="")))[1][1] == "3"
    with clock.showing(export.created_at + KEPT - timedelta(seconds=1)):
        assert prune_exports() == 0
    assert list(folder.iterdir()) == [file]
    with clock.showing(export.created_at + KEPT):
        assert prune_exports() == 1
    assert list(folder.iterdir()) == []
    assert client.get(page).status_code == 404
