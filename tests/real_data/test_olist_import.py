"""The import of the real export, against the figures recomputed with other tools."""

import gzip
import json
from collections import Counter
from datetime import datetime
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import func, select

from cxweb import ROOT
from cxweb.actions.import_orders import import_orders
from cxweb.actions.import_ratings import import_ratings
from cxweb.core.db import session
from cxweb.notifications.models import Notification
from cxweb.orders.models import Order, StatusChange
from cxweb.ratings.models import Rating
from tests.real_data.reference_figures import check_figures

OLIST = ROOT.parent / "shared" / "data" / "olist"
pytestmark = pytest.mark.skipif(not OLIST.exists(), reason=f"the real data is not there: {OLIST}")
NONE = "imported 0, updated 0, superseded 0, refused 0, unchanged 0"


def orders() -> list[str]:
    return import_orders(OLIST / "orders.csv.gz", OLIST / "orders.toml").lines()


def ratings(name: str = "ratings.csv.gz", report: Path | None = None, dry_run: bool = False) -> list[str]:
    return import_ratings(OLIST / name, OLIST / "ratings.toml", report=report, dry_run=dry_run).lines()


def reported(report: Path) -> list[tuple[int, str, str]]:
    header, *lines = report.read_text(encoding="utf-8").splitlines()
    assert header == "line,ref,reason"
    split = [line.split(",", 2) for line in lines]
    return [(int(line), ref, reason) for line, ref, reason in split]


def test_both_runs_of_both_files_give_the_figures_of_the_reference(app: Flask, tmp_path: Path) -> None:
    assert orders() == ["fallback completed_at 4", NONE.replace("imported 0", "imported 14694")]
    assert ratings(dry_run=True) == ["imported 5178, updated 0, superseded 31, refused 1520, unchanged 0"]
    report = tmp_path / "report.csv"
    assert ratings(report=report) == ["imported 5178, updated 0, superseded 31, refused 1520, unchanged 0"]
    _check_against_the_reference()
    check_figures()
    _check_refused_lines(reported(report))
    assert orders()[-1] == NONE.replace("unchanged 0", "unchanged 14694")
    assert ratings() == ["imported 0, updated 0, superseded 31, refused 1520, unchanged 5178"]
    assert ratings("ratings_unmatched.csv.gz", report) == [NONE.replace("refused 0", "refused 8993")]
    unmatched = reported(report)
    assert len(unmatched) == 8993
    assert all(reason.startswith("no order has the ref") for _, _, reason in unmatched)
    assert session().scalar(select(func.count()).select_from(Notification)) == 0


def _check_against_the_reference() -> None:
    figures = json.loads((OLIST / "reference.json").read_text(encoding="utf-8"))["figures"]
    statuses = Counter(session().scalars(select(Order.status)))
    assert statuses == {"completed": 13187, "on_the_way": 541, "failed": 323, "cancelled": 318, "planned": 325}
    assert session().scalar(select(func.count()).where(Order.eligible)) == figures["completed"] == 13187
    stars = Counter(session().scalars(select(Rating.stars)))
    assert [stars[n] for n in range(1, 6)] == [505, 146, 439, 1064, 3024]
    assert {str(n): count for n, count in stars.items()} == figures["headline"]["hist"]
    assert (
        round(sum(n * count for n, count in stars.items()) / stars.total(), 4) == figures["headline"]["mean"] == 4.1503
    )
    first, last = session().execute(select(func.min(Order.created_at), func.max(Order.created_at))).one()
    assert [first, last] == [datetime.fromisoformat(text) for text in figures["first_last_utc"]["ordered_at"]]
    # Planned, and one more step for each that is no longer.
    assert session().scalar(select(func.count()).select_from(StatusChange)) == 2 * 14694 - statuses["planned"]


def _check_refused_lines(refused: list[tuple[int, str, str]]) -> None:
    """Each reported line is where its record starts: its text begins with the ref."""
    with gzip.open(OLIST / "ratings.csv.gz", "rb") as stream:
        lines = stream.read().split(b"\n")
    assert len(refused) == 1520
    assert [line for line, _, _ in refused] == sorted(line for line, _, _ in refused)
    for line, ref, reason in refused:
        assert lines[line - 1].startswith(ref.encode() + b",")
        assert " is not completed but " in reason
