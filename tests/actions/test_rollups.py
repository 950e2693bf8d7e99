"""The rollups follow the rows: what changed, what is built, what is repaired, and what two do at once."""

from datetime import UTC, datetime

import pytest
from flask import Flask
from sqlalchemy import func, select, text

from cxweb.accounts.rules import Operator
from cxweb.actions.change_settings import change_settings
from cxweb.actions.check_rollups import check_rollups
from cxweb.actions.mark_spam import mark_spam
from cxweb.actions.rebuild_rollups import rebuild_rollups
from cxweb.actions.refresh_rollups import refresh_rollups
from cxweb.actions.steps import rollup_work
from cxweb.actions.steps.rollup_work import count_anew, next_work, write_counted
from cxweb.analytics.filters import ReportFilter
from cxweb.analytics.queries import feedback, feedback_by
from cxweb.core import clock
from cxweb.core.audit import AuditEntry
from cxweb.core.db import session, transaction
from cxweb.rollups.models import FigureChange
from cxweb.rollups.queries import check_is_due, state
from tests.factories import WHOLE, Factory

NOON = datetime(2026, 11, 17, 12, tzinfo=UTC)


def counts() -> list[int]:
    return list(feedback(ReportFilter(), WHOLE).stars.counts)


def changes() -> int:
    return session().scalar(select(func.count()).select_from(FigureChange)) or 0


def spoil(statement: str) -> None:
    with transaction() as opened:
        opened.execute(text(statement))


def test_figures_are_exact_while_changed_and_cells_are_read_once_counted(app: Flask, make: Factory) -> None:
    with clock.showing(NOON):
        order = make.completed("1")
        assert refresh_rollups()
        make.rating(order, 4)
        assert changes() > 0
        assert counts() == [0, 0, 0, 1, 0]
        assert refresh_rollups()
        assert changes() == 0
        # From here on only a cell can say so.
        spoil("UPDATE order_cell SET stars_4 = 7 WHERE stars_4 = 1")
        assert counts() == [0, 0, 0, 7, 0]
        mark_spam(order.id, "rude", Operator())
        assert counts() == [0, 0, 0, 0, 0]


def test_of_two_that_have_counted_the_same_one_writes(app: Flask, make: Factory) -> None:
    with clock.showing(NOON):
        order = make.completed("1")
        refresh_rollups()
        make.rating(order, 4)
        first, second = next_work(), next_work()
        assert first is not None
        assert second is not None
        counted, again = count_anew(first), count_anew(second)
        with transaction():
            assert write_counted(first, counted)
        with transaction():
            assert not write_counted(second, again)
        assert refresh_rollups()
        assert (counts(), check_rollups(now=True)) == ([0, 0, 0, 1, 0], 0)


def test_another_zone_cuts_other_days_at_once_and_builds_the_cells_anew(app: Flask, make: Factory) -> None:
    with clock.showing(datetime(2026, 11, 30, 23, 30, tzinfo=UTC)):
        make.completed("1")
        refresh_rollups()
        for zone, month in (
            ("Europe/Paris", "2026-12"),
            ("America/New_York", "2026-11"),
            ("Indian/Reunion", "2026-12"),
            ("Pacific/Noumea", "2026-12"),
            ("UTC", "2026-11"),
        ):
            change_settings({"company.timezone": zone}, Operator())
            assert [row.key for row in feedback_by(ReportFilter(), WHOLE, "month")] == [month]
            assert refresh_rollups()
            assert [row.key for row in feedback_by(ReportFilter(), WHOLE, "month")] == [month]
            known = state()
            assert known is not None
            assert (known.timezone, known.built_through) == (zone, None)


def test_the_nightly_check_finds_and_repairs_what_differs_either_way(app: Flask, make: Factory) -> None:
    with clock.showing(NOON):
        make.rating(make.completed("1", drivers=[{"ref": "A", "name": "Ana"}], depot="LYON"), 5)
        refresh_rollups()
        assert check_is_due(clock.now())
        assert check_rollups() == 0
        assert not check_is_due(clock.now())
        for damage in (
            "UPDATE order_cell SET completed = 2 WHERE grain = 'day'",
            "DELETE FROM driver_cell WHERE grain = 'month'",
            "UPDATE order_cell SET stars_5 = 0 WHERE grain = 'year'",
            "UPDATE driver_cell SET completed = 3 WHERE grain = 'quarter'",
            "UPDATE order_cell SET day = '2026-11-16' WHERE grain = 'day' AND axis = 'answered'",
        ):
            spoil(damage)
            assert check_rollups(now=True) > 0, damage
            assert check_rollups(now=True) == 0, damage
    told = session().scalars(select(AuditEntry.object).where(AuditEntry.act == "rollups.repaired")).all()
    assert told == ["month:2026-11"] * 5


def test_rebuilding_starts_from_nothing_and_tells_how_far_it_is(app: Flask, make: Factory) -> None:
    with clock.showing(NOON):
        make.rating(make.completed("1"), 5)
    with clock.showing(datetime(2026, 11, 20, 12, tzinfo=UTC)):
        make.completed("2")
        refresh_rollups()
        spoil("UPDATE order_cell SET completed = 9")
        told: list[tuple[int, int]] = []
        assert rebuild_rollups(lambda done, whole: told.append((done, whole))) == 4
        assert told[-1] == (4, 4)
        assert feedback(ReportFilter(), WHOLE).completed == 2
        assert check_rollups(now=True) == 0


def test_while_cells_are_being_built_the_days_to_come_are_read_from_rows(
    app: Flask, make: Factory, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rollup_work, "MOST_ORDERS", 1)
    for day in range(1, 7):
        with clock.showing(datetime(2026, 11, day, 12, tzinfo=UTC)):
            make.rating(make.completed(f"{day}", drivers=[{"ref": "A", "name": "Ana"}]), 1 + day % 5)
    with clock.showing(datetime(2026, 11, 8, 12, tzinfo=UTC)):
        whole = {by: feedback_by(ReportFilter(), WHOLE, by) for by in ("day", "week", "month", "driver")}
        refresh_rollups(0)
        through = set()
        while (work := next_work()) is not None:
            through.add(work.known.built_through)
            for by, rows in whole.items():
                assert feedback_by(ReportFilter(), WHOLE, by) == rows
            assert counts() == [1, 2, 1, 1, 1]
            counted = count_anew(work)
            with transaction():
                assert write_counted(work, counted)
        assert len(through) > 2
        assert check_rollups(now=True) == 0
